import { describe, expect, it } from 'vitest';
import { NO_FIGURES, StatsMeter } from '../src/stats';

type Entry = Record<string, unknown>;

/** The entries that a Chromium sends while publishing, cut down to the fields that matter, `seconds` after the start. */
function chromium(seconds: number, change: (entries: Record<string, Entry>) => void = () => undefined): Map<string, Entry> {
  const timestamp = 1_700_000_000_000 + seconds * 1000;
  const entries: Record<string, Entry> = {
    video: {
      type: 'outbound-rtp', kind: 'video', id: 'OT01V1', timestamp,
      bytesSent: 250_000 * seconds, headerBytesSent: 6_000 * seconds, framesEncoded: 30 * seconds,
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

describe('StatsMeter', () => {
  it('makes figures of two reports', () => {
    const meter = new StatsMeter();
    meter.measure(chromium(10));
    expect(meter.measure(chromium(12))).toEqual({
      width: 1280,
      height: 720,
      framesPerSecond: 30,
      bitsPerSecond: (250_000 + 6_000 + 8_000 + 1_000) * 8,
      lossRatio: 0.02,
      roundTripMilliseconds: 21.5,
    });
  });

  it('knows no rate from one report', () => {
    expect(new StatsMeter().measure(chromium(10)).bitsPerSecond).toBeNull();
  });

  it('counts frames where the browser gives no rate', () => {
    const withoutRate = (entries: Record<string, Entry>): void => {
      delete entries['video']?.['framesPerSecond'];
    };
    const meter = new StatsMeter();
    expect(meter.measure(chromium(1, withoutRate)).framesPerSecond).toBeNull();
    expect(meter.measure(chromium(3, withoutRate)).framesPerSecond).toBe(30);
  });

  it('knows no rate when the clock or a counter does not go on', () => {
    const meter = new StatsMeter();
    meter.measure(chromium(10));
    expect(meter.measure(chromium(10)).bitsPerSecond).toBeNull();
    expect(meter.measure(chromium(5)).bitsPerSecond).toBeNull();
  });

  it('takes the nominated pair where there is no transport entry', () => {
    const figures = new StatsMeter().measure(chromium(1, (entries) => {
      delete entries['transport'];
      entries['otherPair'] = { ...entries['otherPair'], nominated: false };
    }));
    expect(figures.roundTripMilliseconds).toBe(21.5);
  });

  it('takes the receiver’s round trip while ICE has none, and the sound’s loss while the picture has none', () => {
    const figures = new StatsMeter().measure(chromium(1, (entries) => {
      delete entries['pair']?.['currentRoundTripTime'];
      delete entries['videoReport'];
    }));
    expect(figures.roundTripMilliseconds).toBe(34);
    expect(figures.lossRatio).toBe(0.5);
  });

  it('knows nothing from nothing, and survives odd entries', () => {
    expect(new StatsMeter().measure(new Map())).toEqual(NO_FIGURES);
    const odd = new Map<string, Entry>([
      ['a', { type: 'outbound-rtp', kind: 'video', timestamp: 'now', bytesSent: null, frameWidth: Number.NaN }],
      ['b', {}],
    ]);
    expect(new StatsMeter().measure(odd)).toEqual(NO_FIGURES);
  });
});
