import { describe, expect, it } from 'vitest';
import { parsePayload, receivedLine } from '../src/data';
import { levelOf } from '../src/level';
import { Notices } from '../src/notices';
import { readPageParameters } from '../src/parameters';
import { PlayoutTarget } from '../src/playout';
import { qrCode } from '../src/qr';
import { isPublisherGone, mayRecover, pauseBefore } from '../src/recovery';
import { iceServersOf } from '../src/server-information';
import { watchLines } from '../src/watching';
import { SERVER } from './fakes';

describe('data', () => {
  it('is JSON, or said to be none', () => {
    expect(parsePayload('{"count": 23}')).toEqual({ kind: 'value', value: { count: 23 } });
    expect(parsePayload('{count: 23}')).toMatchObject({ kind: 'problem', words: expect.stringMatching(/^This is no JSON/) as string });
  });

  it('is received with the time of day', () => {
    expect(receivedLine({ count: 23 }, new Date(2026, 0, 2, 9, 5))).toBe('9:05 - {"count":23}');
    expect(receivedLine('x'.repeat(10_000), new Date(2026, 0, 2, 12, 0)).length).toBeLessThan(2100);
  });
});

describe('levelOf', () => {
  it('goes from silence to full scale as the ear hears it', () => {
    const sine = (amplitude: number): number[] => Array.from({ length: 1000 }, (_, index) => amplitude * Math.sin(index / 5));
    expect(levelOf(new Array(100).fill(0))).toBe(0);
    expect(levelOf(new Array(100).fill(1))).toBe(1);
    expect(levelOf(sine(0.1))).toBeCloseTo(1 - 23 / 60, 1);
    expect(levelOf([])).toBe(0);
  });
});

describe('Notices', () => {
  it('keep one text for each code, until it is withdrawn', () => {
    const shown: (readonly string[])[] = [];
    const notices = new Notices((texts) => shown.push(texts));
    const notice = (code: string, text: string | null): void => notices.take({ mediaSessionId: 'm', code, text });
    notice('bFrames', 'converted');
    notice('bandwidth', 'slow');
    notice('bandwidth', 'slower');
    notice('bFrames', null);
    notices.clear();
    notices.clear();
    expect(shown).toEqual([['converted'], ['converted', 'slow'], ['converted', 'slower'], ['slower'], []]);
  });
});

describe('readPageParameters', () => {
  const read = (query: string): unknown => readPageParameters(new URLSearchParams(query));

  it('has sensible defaults', () => {
    expect(read('token=x&play=')).toEqual({ play: null, publish: null, controls: true, muted: false, autoplay: true, way: 'webrtc' });
  });

  it('reads names and switches', () => {
    expect(read('play=a%20b&publish=c&controls=0&muted&autoplay=false&over=hls')).toEqual({
      play: 'a b', publish: 'c', controls: false, muted: true, autoplay: false, way: 'hls',
    });
  });
});

describe('PlayoutTarget', () => {
  it('leaves the browser its choice while nothing freezes', () => {
    const target = new PlayoutTarget();
    expect([null, 3, 3, 3].map((freezes) => target.read(freezes))).toEqual([null, null, null, null]);
  });

  it('holds back longer after each freeze, up to a bound, and lets go after a calm minute', () => {
    const target = new PlayoutTarget();
    const read = Array.from({ length: 8 }, (_, freezes) => target.read(freezes));
    expect(read).toEqual([null, 60, 120, 180, 240, 300, 300, 300]);
    const calm = Array.from({ length: 300 }, () => target.read(7));
    expect(calm.slice(58, 61)).toEqual([300, 240, 240]);
    expect(calm.at(-1)).toBeNull();
  });
});

describe('recovery', () => {
  it('has growing pauses that end, and outlast the time that a lost session keeps its name', () => {
    const pauses: number[] = [];
    for (let pause = pauseBefore(0); pause !== null; pause = pauseBefore(pauses.length)) {
      expect(pause).toBeGreaterThanOrEqual(pauses.at(-1) ?? 0);
      pauses.push(pause);
    }

    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeGreaterThan(30_000);
  });

  it.each(['Another publisher has taken over the stream name', 'No common codecs', 'Restricted access', 'Stopped by rest /terminate'])(
    'leaves alone what somebody has decided: %s',
    (reason) => expect(mayRecover(reason)).toBe(false),
  );

  it.each(['The gateway is shutting down.', 'Failed by ICE timeout', 'The publisher no longer answers: its network is gone or its page was closed.'])(
    'takes up what was lost: %s',
    (reason) => expect(mayRecover(reason)).toBe(true),
  );

  it('knows a publisher that has gone', () => {
    expect(isPublisherGone('Stopped by publisher stop')).toBe(true);
    expect(isPublisherGone('Stream not found')).toBe(true);
    expect(isPublisherGone('Stopped by rest /terminate')).toBe(false);
    expect(isPublisherGone(null)).toBe(false);
  });
});

describe('iceServersOf', () => {
  it('leaves out what is null, which browsers do not take', () => {
    const iceServers = [
      { urls: ['stun:s.example'], username: null, credential: null },
      { urls: ['turn:t.example'], username: 'u', credential: 'c' },
    ];
    expect(iceServersOf({ ...SERVER, iceServers })).toEqual([
      { urls: ['stun:s.example'] },
      { urls: ['turn:t.example'], username: 'u', credential: 'c' },
    ]);
  });
});

describe('qrCode', () => {
  it('draws its finder pattern inside the quiet zone', () => {
    const code = qrCode('http://gateway.example:8080/?play=7f3c');
    expect(code?.size).toBe(37); // Version 3 has 29 modules.
    expect(code?.path.startsWith('M4 4h1v1h-1zM5 4h1v1h-1zM6 4h1v1h-1z')).toBe(true);
  });

  it('is none for a text that no code can hold', () => {
    expect(qrCode('x'.repeat(5000))).toBeNull();
  });
});

describe('watchLines', () => {
  it('says how players and encoders get at the stream', () => {
    const { watch, publish, playerPage } = watchLines({ ...SERVER, rtmpsPort: 1936 }, '7f3c', new URL('https://gateway.example:8443/?token=x'));
    const text = (id: string): string | undefined => [...watch, ...publish].find((line) => line.id === id)?.text;
    expect(playerPage).toBe('https://gateway.example:8443/?play=7f3c');
    expect(text('vlc')).toBe('vlc --network-caching=300 rtmp://gateway.example:1935/live/7f3c');
    expect(text('ffplay')).toBe('ffplay -fflags nobuffer -flags low_delay rtmp://gateway.example:1935/live/7f3c');
    expect(text('obs-source')).toBe('rtmp://gateway.example:1935/live/7f3c');
    expect(text('obs-server')).toBe('rtmp://gateway.example:1935/live');
    expect(text('obs-key')).toBe('7f3c');
    expect(text('obs-secure')).toBe('rtmps://gateway.example:1936/live');
    expect(text('whip')).toBe('https://gateway.example:8443/whip/7f3c');
    expect(text('whep')).toBe('https://gateway.example:8443/whep/7f3c');
    expect(text('hls')).toBe('https://gateway.example:8443/hls/live/7f3c/index.m3u8');
    expect(text('flv')).toBe('https://gateway.example:8443/live/7f3c.flv');
    expect(text('embed')).toContain('src="https://gateway.example:8443/player.html?play=7f3c&muted=1"');
  });
});
