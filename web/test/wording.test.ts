import { describe, expect, it } from 'vitest';
import { NO_FIGURES } from '../src/stats/figures';
import { figuresInWords, statusOfAvailability, statusOfConnection, statusOfPlayer, statusOfPublisher } from '../src/wording';
import { SERVER } from './fakes';

describe('statusOfConnection', () => {
  it('has the words of the page that people know', () => {
    expect(statusOfConnection({ kind: 'established', server: SERVER })).toEqual({ word: 'ESTABLISHED', detail: null, tone: 'good' });
    expect(statusOfConnection({ kind: 'disconnected' }).word).toBe('DISCONNECTED');
    expect(statusOfConnection({ kind: 'failed', reason: 'why' })).toEqual({ word: 'FAILED', detail: 'why', tone: 'bad' });
  });

  it('is honest about a lost connection while it is tried again', () => {
    const status = statusOfConnection({ kind: 'reconnecting' });
    expect(status.word).toBe('DISCONNECTED');
    expect(status.detail).toMatch(/connecting again/);
  });
});

describe('statusOfPublisher', () => {
  it('has the words of the page that people know', () => {
    expect(statusOfPublisher({ kind: 'publishing', streamName: 'a', concern: null }).word).toBe('PUBLISHING');
    expect(statusOfPublisher({ kind: 'unpublished', reason: null }).word).toBe('UNPUBLISHED');
    expect(statusOfPublisher({ kind: 'failed', reason: 'why' })).toEqual({ word: 'FAILED', detail: 'why', tone: 'bad' });
  });

  it('shows a concern beside a stream that still runs', () => {
    const status = statusOfPublisher({ kind: 'publishing', streamName: 'a', concern: 'interrupted' });
    expect(status).toEqual({ word: 'PUBLISHING', detail: 'interrupted', tone: 'busy' });
  });

  it.each(['devices', 'gateway', 'media'] as const)('says what a start waits for (%s) without claiming to publish', (step) => {
    const status = statusOfPublisher({ kind: 'starting', streamName: 'a', step });
    expect(status.word).toBe('STARTING');
    expect(status.detail).not.toBeNull();
    expect(`${status.word} ${status.detail ?? ''}`).not.toMatch(/PUBLISHING/i);
  });
});

describe('statusOfPublisher, when something is wrong', () => {
  it('says that a lost stream is being published again, and why', () => {
    expect(statusOfPublisher({ kind: 'reconnecting', streamName: 'a', reason: 'It broke' })).toEqual({
      word: 'RECONNECTING', detail: 'It broke. Publishing again under the same name…', tone: 'busy',
    });
  });

  it('says what to do about a name that is in use', () => {
    expect(statusOfPublisher({ kind: 'failed', reason: 'Stream name is already in use' }).detail).toBe(
      'Stream name is already in use. Server already has a publish stream with the same name, try using different one.',
    );
  });
});

describe('statusOfPlayer', () => {
  it('has the words of the page that people know', () => {
    expect(statusOfPlayer({ kind: 'playing', streamName: 'a', concern: null })).toEqual({ word: 'PLAYING', detail: null, tone: 'good' });
    expect(statusOfPlayer({ kind: 'stopped', reason: 'Stopped by user' })).toEqual({ word: 'STOPPED', detail: 'Stopped by user', tone: 'idle' });
    expect(statusOfPlayer({ kind: 'failed', reason: 'Stream not found' })).toEqual({ word: 'FAILED', detail: 'Stream not found', tone: 'bad' });
    expect(statusOfPlayer({ kind: 'pending', streamName: 'a', reason: null }).word).toBe('PENDING');
  });

  it('says that it goes on when the publisher is back', () => {
    const status = statusOfPlayer({ kind: 'paused', streamName: 'a', reason: 'Stopped by publisher stop' });
    expect(status).toMatchObject({ word: 'STOPPED', detail: 'Stopped by publisher stop. Goes on when the stream is back.' });
  });

  it('shows a concern beside a stream that still plays, and a stream that is taken up again', () => {
    expect(statusOfPlayer({ kind: 'playing', streamName: 'a', concern: 'slow' })).toMatchObject({ detail: 'slow', tone: 'busy' });
    expect(statusOfPlayer({ kind: 'reconnecting', streamName: 'a', reason: 'Lost.' }).detail).toBe('Lost. Playing again…');
  });

  it.each(['gateway', 'media'] as const)('says what a start waits for (%s)', (step) => {
    expect(statusOfPlayer({ kind: 'starting', streamName: 'a', step })).toMatchObject({ word: 'STARTING', tone: 'busy' });
  });
});

describe('statusOfAvailability', () => {
  it('says what the stream consists of', () => {
    const answer = { available: true, info: null, video: { codec: 'H264', width: 640, height: 360 }, audio: { codec: 'Opus' }, hasBFrames: true, viewers: 2 };
    expect(statusOfAvailability(answer)).toEqual({ word: 'AVAILABLE', detail: 'H264 640 × 360, Opus; B-frames; 2 viewers', tone: 'good' });
    expect(statusOfAvailability({ available: true, info: null })).toEqual({ word: 'AVAILABLE', detail: null, tone: 'good' });
  });

  it('says why there is none', () => {
    expect(statusOfAvailability({ available: false, info: 'Stream not found' })).toEqual({ word: 'UNAVAILABLE', detail: 'Stream not found', tone: 'bad' });
  });
});

describe('figuresInWords', () => {
  it('rounds for people', () => {
    const figures = {
      width: 1280, height: 720, framesPerSecond: 29.97, bitsPerSecond: 2_512_345, lossRatio: 0.0234, roundTripMilliseconds: 21.6,
      bufferMilliseconds: 40.2, skewMilliseconds: -12.4, delayMilliseconds: 132.5,
    };
    expect(figuresInWords(figures)).toEqual({
      resolution: '1280 × 720', fps: '30', bitrate: '2.51 Mbit/s', loss: '2.3 %', rtt: '22 ms', buffer: '40 ms', skew: '−12 ms', delay: '133 ms',
    });
  });

  it('shows small values finely, and on which side of zero they are', () => {
    const texts = figuresInWords({ ...NO_FIGURES, bitsPerSecond: 64_400, lossRatio: 0, roundTripMilliseconds: 0.42, skewMilliseconds: 3 });
    expect(texts).toMatchObject({ bitrate: '64 kbit/s', loss: '0.0 %', rtt: '0.4 ms', skew: '+3 ms' });
    expect(figuresInWords({ ...NO_FIGURES, skewMilliseconds: -0.4 })['skew']).toBe('0 ms');
  });

  it('shows a dash for what is not known', () => {
    expect(new Set(Object.values(figuresInWords(NO_FIGURES)))).toEqual(new Set(['–']));
  });
});
