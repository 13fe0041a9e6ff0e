import { describe, expect, it } from 'vitest';
import { NO_FIGURES } from '../src/stats';
import { figuresInWords, statusOfConnection, statusOfPublisher } from '../src/wording';

describe('statusOfConnection', () => {
  it('has the words of the page that people know', () => {
    const server = { version: '1', rtmpHost: null, rtmpPort: 1935, application: 'live' };
    expect(statusOfConnection({ kind: 'established', server })).toEqual({ word: 'ESTABLISHED', detail: null, tone: 'good' });
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

describe('figuresInWords', () => {
  it('rounds for people', () => {
    const figures = {
      width: 1280, height: 720, framesPerSecond: 29.97, bitsPerSecond: 2_512_345, lossRatio: 0.0234, roundTripMilliseconds: 21.6,
    };
    expect(figuresInWords(figures)).toEqual({
      resolution: '1280 × 720', framesPerSecond: '30', bitrate: '2.51 Mbit/s', loss: '2.3 %', roundTrip: '22 ms',
    });
  });

  it('shows small values finely', () => {
    const texts = figuresInWords({ ...NO_FIGURES, bitsPerSecond: 64_400, lossRatio: 0, roundTripMilliseconds: 0.42 });
    expect(texts).toMatchObject({ bitrate: '64 kbit/s', loss: '0.0 %', roundTrip: '0.4 ms' });
  });

  it('shows a dash for what is not known', () => {
    expect(Object.values(figuresInWords(NO_FIGURES))).toEqual(['–', '–', '–', '–', '–']);
  });
});
