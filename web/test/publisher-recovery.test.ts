import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RESTART_MILLISECONDS } from '../src/call';
import { STEADY_MILLISECONDS } from '../src/recovery';
import { Deferred, SERVER, settle } from './fakes';
import { ANSWER, IN_USE, Stage } from './publisher-stage';

let stage: Stage;

beforeEach(() => {
  vi.useFakeTimers();
  stage = new Stage();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a path that is interrupted', () => {
  it('is a concern until it comes back', async () => {
    await stage.untilPublishing();
    stage.peer.movePath('interrupted');
    expect(stage.state).toMatchObject({ kind: 'publishing', concern: expect.stringMatching(/interrupted/) as string });
    stage.peer.movePath('connected');
    expect(stage.state).toMatchObject({ kind: 'publishing', concern: null });
  });

  it('is made anew by an ICE restart of the same session', async () => {
    await stage.untilPublishing();
    stage.peer.movePath('interrupted');
    await settle();
    expect(stage.restarts).toMatchObject([{ id: 'm1', sdp: 'restart 1' }]);
    expect(stage.probes).toBe(1);
    stage.restarts[0]?.answer.resolve({ sdp: 'new answer' });
    await settle();
    expect(stage.peer.acceptedAnswers).toEqual(['answer', 'new answer']);
    stage.peer.movePath('broken');
    stage.peer.movePath('connected');
    await vi.advanceTimersByTimeAsync(RESTART_MILLISECONDS);
    expect(stage.state).toMatchObject({ kind: 'publishing', concern: null });
    expect(stage.restarts).toHaveLength(1);
    expect(stage.publishes).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is published again under the same name, with the same devices, when the restart does not help', async () => {
    await stage.untilPublishing();
    stage.peer.movePath('broken');
    await settle();
    stage.restarts[0]?.answer.resolve({ sdp: 'new answer' });
    await vi.advanceTimersByTimeAsync(RESTART_MILLISECONDS);
    expect(stage.state).toMatchObject({ kind: 'reconnecting', reason: expect.stringMatching(/broke/) as string });
    expect(stage.unpublished).toEqual(['m1']);
    await vi.advanceTimersByTimeAsync(1);
    expect(stage.peers.map((peer) => peer.isClosed)).toEqual([true, false]);
    await stage.answer({ ...ANSWER, mediaSessionId: 'm2' });
    stage.peer.movePath('connected');
    await stage.report('PUBLISHING', null, 'm2');
    expect(stage.state).toEqual({ kind: 'publishing', streamName: '7f3c', concern: null });
    expect(stage.devices).toHaveLength(1);
    expect(stage.source.isReleased).toBe(false);
    expect(stage.publishes.map(({ request }) => request.streamName)).toEqual(['7f3c', '7f3c']);
  });

  it('is published again at once when the gateway refuses the restart', async () => {
    await stage.untilPublishing();
    stage.peer.movePath('interrupted');
    await settle();
    stage.restarts[0]?.answer.reject(new Error('HubException: There is no such media session'));
    await vi.advanceTimersByTimeAsync(0);
    expect(stage.publishes).toHaveLength(2);
  });

  it('is restarted when the machine changes networks, though nothing is missed yet', async () => {
    await stage.untilPublishing();
    stage.publisher.networkChanged();
    await settle();
    stage.restarts[0]?.answer.resolve({ sdp: 'new answer' });
    await vi.advanceTimersByTimeAsync(RESTART_MILLISECONDS);
    expect(stage.restarts).toHaveLength(1);
    expect(stage.state).toMatchObject({ kind: 'publishing', concern: null });
    expect(stage.publishes).toHaveLength(1);
  });
});

describe('a stream that was lost', () => {
  const lose = (): Promise<void> => stage.report('FAILED', 'The gateway is shutting down.');

  it('waits for its own former session to let the name go', async () => {
    await stage.untilPublishing();
    await lose();
    await vi.advanceTimersByTimeAsync(0);
    for (let tries = 1; tries < 6; tries++) {
      stage.publishes.at(-1)?.answer.reject(IN_USE);
      await settle();
      expect(stage.state.kind).toBe('reconnecting');
      await vi.advanceTimersByTimeAsync(8_000);
      expect(stage.publishes).toHaveLength(tries + 2);
    }

    await stage.answer({ ...ANSWER, mediaSessionId: 'm2' });
    await stage.report('PUBLISHING', null, 'm2');
    expect(stage.state.kind).toBe('publishing');
  });

  it('ends when the gateway refuses it for another reason', async () => {
    await stage.untilPublishing();
    await lose();
    await vi.advanceTimersByTimeAsync(0);
    stage.publishes.at(-1)?.answer.reject(new Error('HubException: Restricted access'));
    await settle();
    expect(stage.state).toEqual({ kind: 'failed', reason: 'Restricted access' });
    stage.expectAllReleased();
  });

  it('is tried a bounded number of times', async () => {
    await stage.untilPublishing();
    await lose();
    for (let tries = 0; tries < 20 && stage.state.kind === 'reconnecting'; tries++) {
      await vi.advanceTimersByTimeAsync(10_000);
      stage.publishes.at(-1)?.answer.reject(new Error('The gateway did not answer within 10 s.'));
      await settle();
    }

    expect(stage.reason).toMatch(/did not answer/);
    expect(stage.publishes).toHaveLength(11);
    stage.expectAllReleased();
  });

  it('has all its tries again after it has run for a while', async () => {
    await stage.untilPublishing();
    for (let turn = 0; turn < 15; turn++) {
      await vi.advanceTimersByTimeAsync(STEADY_MILLISECONDS);
      await stage.report('FAILED', 'Failed by ICE timeout', turn === 0 ? 'm1' : `r${turn}`);
      await vi.advanceTimersByTimeAsync(0);
      await stage.answer({ ...ANSWER, mediaSessionId: `r${turn + 1}` });
      await stage.report('PUBLISHING', null, `r${turn + 1}`);
      expect(stage.state.kind).toBe('publishing');
    }
  });

  it('is never published twice: the former peer is closed, and its session given back, before the gateway is asked again', async () => {
    const unpublishing = new Deferred<void>();
    stage.unpublishing = unpublishing.promise;
    await stage.untilPublishing();
    stage.peer.movePath('broken');
    await settle();
    stage.restarts[0]?.answer.reject(new Error('HubException: no'));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stage.peers.every((peer) => peer.isClosed)).toBe(true);
    expect(stage.publishes).toHaveLength(1);
    unpublishing.resolve();
    await settle();
    expect(stage.publishes).toHaveLength(2);
  });

  it.each([0, 300, 700])('is stopped by the person %i ms later', async (milliseconds) => {
    await stage.untilPublishing();
    await lose();
    await vi.advanceTimersByTimeAsync(milliseconds === 0 ? 0 : 1);
    stage.publishes.at(1)?.answer.reject(IN_USE);
    await vi.advanceTimersByTimeAsync(milliseconds);
    const stopped = stage.publisher.stop();
    stage.publishes.at(-1)?.answer.resolve({ ...ANSWER, mediaSessionId: 'late' });
    await stopped;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stage.state).toEqual({ kind: 'unpublished', reason: null });
    stage.expectAllReleased();
  });
});

describe('a signalling connection that is lost', () => {
  const lose = (): void => stage.publisher.connectionChanged({ kind: 'reconnecting' });
  const comeBack = (): void => stage.publisher.connectionChanged({ kind: 'established', server: SERVER });

  it('is a concern while media go on, and forgotten when the stream is resumed', async () => {
    await stage.untilPublishing();
    lose();
    expect(stage.state).toMatchObject({ kind: 'publishing', concern: expect.stringMatching(/may still be running/) as string });
    comeBack();
    stage.resumption.resolve();
    await settle();
    expect(stage.state).toMatchObject({ kind: 'publishing', concern: null });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stays the concern when the path alone recovers', async () => {
    await stage.untilPublishing();
    lose();
    stage.peer.movePath('interrupted');
    stage.peer.movePath('connected');
    expect(stage.state).toMatchObject({ concern: expect.stringMatching(/may still be running/) as string });
    expect(stage.restarts).toHaveLength(0);
  });

  it('lets a path that broke meanwhile be restarted after it has come back', async () => {
    await stage.untilPublishing();
    lose();
    stage.peer.movePath('broken');
    comeBack();
    stage.resumption.resolve();
    await settle();
    expect(stage.restarts).toHaveLength(1);
  });

  it('leads to a new stream under the same name when the gateway no longer has the old one', async () => {
    await stage.untilPublishing();
    lose();
    comeBack();
    stage.resumption.reject(new Error('HubException: The stream has ended while the page was not connected.'));
    await vi.advanceTimersByTimeAsync(0);
    expect(stage.state).toMatchObject({ kind: 'reconnecting', reason: 'The stream has ended while the page was not connected.' });
    await stage.answer({ ...ANSWER, mediaSessionId: 'm2' });
    await stage.report('PUBLISHING', null, 'm2');
    expect(stage.state.kind).toBe('publishing');
    expect(stage.devices).toHaveLength(1);
  });

  it('lost once more while it resumes changes nothing', async () => {
    await stage.untilPublishing();
    lose();
    comeBack();
    stage.resumption.reject(new Error('Invocation canceled due to the underlying connection being closed.'));
    await settle();
    expect(stage.state).toMatchObject({ kind: 'publishing', concern: expect.stringMatching(/Reconnecting/) as string });
  });

  it('ends the stream when it has failed for good', async () => {
    await stage.untilPublishing();
    stage.publisher.connectionChanged({ kind: 'failed', reason: 'x' });
    expect(stage.reason).toMatch(/connection to the gateway was lost/);
    stage.expectAllReleased();
  });

  it('ends a start that waits for media: its status could be missed', async () => {
    await stage.untilAnswered();
    lose();
    expect(stage.reason).toMatch(/connection to the gateway was lost/);
    stage.expectAllReleased();
  });

  it('does not touch a start that has not asked yet', async () => {
    await stage.click();
    lose();
    comeBack();
    await stage.grantDevices();
    expect(stage.publishes).toHaveLength(1);
  });
});
