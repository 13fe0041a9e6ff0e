import { describe, expect, it } from 'vitest';
import { gatewayFigure, NO_FIGURES } from '../src/stats/figures';
import { History } from '../src/stats/history';
import { ReceivingMeter } from '../src/stats/receiving';
import { SendingMeter } from '../src/stats/sending';

type Entry = Record<string, unknown>;

const GATEWAY = { jitterBufferMilliseconds: 12, audioVideoErrorMilliseconds: -3, viewers: 1 };

/** The entries that a Chromium sends while publishing, cut down to the fields that matter, `seconds` after the start. */
function chromium(seconds: number, change: (entries: Record<string, Entry>) => void = () => undefined): Map<string, Entry> {
  const timestamp = 1_700_000_000_000 + seconds * 1000;
  const entries: Record<string, Entry> = {
    video: {
      type: 'outbound-rtp', kind: 'video', id: 'OT01V1', timestamp,
      bytesSent: 250_000 * seconds, headerBytesSent: 6_000 * seconds, framesEncoded: 30 * seconds, totalEncodeTime: 0.12 * seconds,
      frameWidth: 1280, frameHeight: 720, framesPerSecond: 30,
    },
    audio: { type: 'outbound-rtp', kind: 'audio', id: 'OT01A1', timestamp, bytesSent: 8_000 * seconds, headerBytesSent: 1_000 * seconds },
    videoReport: { type: 'remote-inbound-rtp', kind: 'video', id: 'RI1', timestamp, fractionLost: 0.02, roundTripTime: 0.034 },
    audioReport: { type: 'remote-inbound-rtp', kind: 'audio', id: 'RI2', timestamp, fractionLost: 0.5, roundTripTime: 0.034 },
    transport: { type: 'transport', id: 'T1', timestamp, selectedCandidatePairId: 'CP2' },
    otherPair: { type: 'candidate-pair', id: 'CP1', timestamp, nominated: true, state: 'succeeded', currentRoundTripTime: 0.9 },
    pair: { type: 'candidate-pair', id: 'CP2', timestamp, nominated: true, state: 'succeeded', currentRoundTripTime: 0.0215 },
  };
  change(entries);
  return new Map(Object.values(entries).map((entry) => [String(entry['id']), entry]));
}

describe('SendingMeter', () => {
  it('makes figures of two reports', () => {
    const meter = new SendingMeter();
    meter.measure(chromium(10), null);
    expect(meter.measure(chromium(12), GATEWAY)).toEqual({
      width: 1280,
      height: 720,
      framesPerSecond: 30,
      bitsPerSecond: (250_000 + 6_000 + 8_000 + 1_000) * 8,
      lossRatio: 0.02,
      roundTripMilliseconds: 21.5,
      bufferMilliseconds: 12,
      skewMilliseconds: -3,
      delayMilliseconds: 21.5 / 2 + 4,
    });
  });

  it('knows no rate from one report', () => {
    expect(new SendingMeter().measure(chromium(10), null).bitsPerSecond).toBeNull();
  });

  it('counts frames where the browser gives no rate', () => {
    const withoutRate = (entries: Record<string, Entry>): void => {
      delete entries['video']?.['framesPerSecond'];
    };
    const meter = new SendingMeter();
    expect(meter.measure(chromium(1, withoutRate), null).framesPerSecond).toBeNull();
    expect(meter.measure(chromium(3, withoutRate), null).framesPerSecond).toBe(30);
  });

  it('knows no rate when the clock or a counter does not go on', () => {
    const meter = new SendingMeter();
    meter.measure(chromium(10), null);
    expect(meter.measure(chromium(10), null).bitsPerSecond).toBeNull();
    expect(meter.measure(chromium(5), null).bitsPerSecond).toBeNull();
  });

  it('takes the nominated pair where there is no transport entry', () => {
    const figures = new SendingMeter().measure(chromium(1, (entries) => {
      delete entries['transport'];
      entries['otherPair'] = { ...entries['otherPair'], nominated: false };
    }), null);
    expect(figures.roundTripMilliseconds).toBe(21.5);
  });

  it('takes the receiver’s round trip while ICE has none, and the sound’s loss while the picture has none', () => {
    const figures = new SendingMeter().measure(chromium(1, (entries) => {
      delete entries['pair']?.['currentRoundTripTime'];
      delete entries['videoReport'];
    }), null);
    expect(figures.roundTripMilliseconds).toBe(34);
    expect(figures.lossRatio).toBe(0.5);
  });

  it('knows nothing from nothing, and survives odd entries', () => {
    expect(new SendingMeter().measure(new Map(), null)).toEqual(NO_FIGURES);
    const odd = new Map<string, Entry>([
      ['a', { type: 'outbound-rtp', kind: 'video', timestamp: 'now', bytesSent: null, frameWidth: Number.NaN }],
      ['b', {}],
    ]);
    expect(new SendingMeter().measure(odd, null)).toEqual(NO_FIGURES);
  });
});

/** The entries that a Chromium receives while playing. */
function playing(seconds: number, change: (entries: Record<string, Entry>) => void = () => undefined): Map<string, Entry> {
  const timestamp = 1_700_000_000_000 + seconds * 1000;
  const entries: Record<string, Entry> = {
    video: {
      type: 'inbound-rtp', kind: 'video', id: 'IT01V1', timestamp,
      bytesReceived: 100_000 * seconds, headerBytesReceived: 4_000 * seconds, framesDecoded: 25 * seconds,
      packetsReceived: 95 * seconds, packetsLost: 4 * seconds, frameWidth: 640, frameHeight: 360, framesPerSecond: 25,
      jitterBufferDelay: 1.5 * seconds, jitterBufferEmittedCount: 25 * seconds, totalProcessingDelay: 2 * seconds,
      estimatedPlayoutTimestamp: 3_900_000_000_000 + seconds * 1000, freezeCount: 2,
    },
    audio: {
      type: 'inbound-rtp', kind: 'audio', id: 'IT01A1', timestamp,
      bytesReceived: 4_000 * seconds, headerBytesReceived: 500 * seconds, packetsReceived: 1 * seconds, packetsLost: 0,
      estimatedPlayoutTimestamp: 3_900_000_000_012 + seconds * 1000,
    },
    pair: { type: 'candidate-pair', id: 'CP2', timestamp, nominated: true, state: 'succeeded', currentRoundTripTime: 0.02 },
  };
  change(entries);
  return new Map(Object.values(entries).map((entry) => [String(entry['id']), entry]));
}

describe('ReceivingMeter', () => {
  it('makes figures of two reports', () => {
    const meter = new ReceivingMeter();
    meter.measure(playing(10), null, null);
    expect(meter.measure(playing(12), { sourceRoundTripMilliseconds: 30 }, 45)).toEqual({
      figures: {
        width: 640,
        height: 360,
        framesPerSecond: 25,
        bitsPerSecond: (100_000 + 4_000 + 4_000 + 500) * 8,
        lossRatio: 0.04,
        roundTripMilliseconds: 20,
        bufferMilliseconds: 60,
        skewMilliseconds: 12,
        delayMilliseconds: 30 / 2 + 20 / 2 + 45,
      },
      freezes: 2,
    });
  });

  it('takes the decoder’s time where the browser does not time its pictures, and leaves out a source that is not told', () => {
    const meter = new ReceivingMeter();
    meter.measure(playing(10), null, null);
    expect(meter.measure(playing(12), null, null).figures.delayMilliseconds).toBe(20 / 2 + 80);
  });

  it('takes the gateway’s round trip while ICE has none', () => {
    const figures = (entries: Record<string, Entry>): void => {
      delete entries['pair'];
    };
    expect(new ReceivingMeter().measure(playing(1, figures), { roundTripMilliseconds: 33 }, 45).figures).toMatchObject({
      roundTripMilliseconds: 33, delayMilliseconds: 61.5,
    });
  });

  it('knows no skew without both clocks, no loss while nothing comes, and nothing from nothing', () => {
    const silent = (entries: Record<string, Entry>): void => {
      delete entries['audio'];
    };
    const meter = new ReceivingMeter();
    meter.measure(playing(1, silent), null, null);
    expect(meter.measure(playing(1, silent), null, null).figures).toMatchObject({ skewMilliseconds: null, lossRatio: null });
    expect(new ReceivingMeter().measure(new Map(), null, null)).toEqual({ figures: NO_FIGURES, freezes: null });
  });
});

describe('gatewayFigure', () => {
  it('is a number or not known', () => {
    expect(gatewayFigure({ a: 1, b: null }, 'a')).toBe(1);
    expect(gatewayFigure({ a: 1, b: null }, 'b')).toBeNull();
    expect(gatewayFigure({ a: Number.NaN }, 'a')).toBeNull();
    expect(gatewayFigure(null, 'a')).toBeNull();
  });
});

describe('History', () => {
  it('draws the newest value at the right edge, on a scale from zero', () => {
    const history = new History();
    [5, 10, 0].forEach((value) => history.add(value));
    expect(history.path(59, 10)).toBe('M57 5L58 0L59 10');
  });

  it('leaves gaps where nothing is known, and goes below zero where values do', () => {
    const history = new History();
    [10, null, -10, 0].forEach((value) => history.add(value));
    expect(history.path(59, 10)).toBe('M56 0M58 10L59 5');
  });

  it('keeps a minute, and can be cleared', () => {
    const history = new History();
    for (let second = 0; second < 200; second++) {
      history.add(second);
    }

    expect(history.path(59, 10).split('L')).toHaveLength(60);
    history.clear();
    expect(history.path(59, 10)).toBe('');
  });
});
