import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MEDIA_MILLISECONDS, RESTART_MILLISECONDS } from '../src/call';
import { Publisher, type PublisherSurroundings } from '../src/publisher';
import { PlainError } from '../src/reasons';
import { STEADY_MILLISECONDS } from '../src/recovery';
import type { DeviceSelection, MediaKind, PublisherState, SessionAnswer, SessionRequest } from '../src/types';
import { Deferred, FakePeer, FakeSource, SERVER, settle } from './fakes';

const DEVICES: DeviceSelection = { camera: { kind: 'default' }, microphone: { kind: 'default' } };
const ANSWER: SessionAnswer = { mediaSessionId: 'm1', streamName: '7f3c', sdp: 'answer' };

const IN_USE = new Error("… invoking 'Publish' on the server. HubException: Stream name is already in use");

/** A publisher whose whole surroundings the test plays. */
class Stage {
  readonly states: PublisherState[] = [];
  readonly sources: FakeSource[] = [];
  readonly peers: FakePeer[] = [];
  readonly devices: { source: Deferred<FakeSource>; onEnded: (kind: MediaKind) => void }[] = [];
  readonly publishes: { request: SessionRequest; answer: Deferred<SessionAnswer> }[] = [];
  readonly restarts: { id: string; sdp: string; answer: Deferred<{ sdp: string }> }[] = [];
  readonly unpublished: string[] = [];
  unpublishing: Promise<void> = Promise.resolve();
  connected: Promise<void> = Promise.resolve();
  resumption = new Deferred<void>();
  problem: string | null = null;
  preview: unknown = null;
  probes = 0;

  readonly surroundings: PublisherSurroundings = {
    signaling: {
      established: () => this.connected,
      publish: (request) => {
        const answer = new Deferred<SessionAnswer>();
        this.publishes.push({ request, answer });
        return answer.promise;
      },
      unpublish: (id) => {
        this.unpublished.push(id);
        return this.unpublishing;
      },
      resume: () => this.resumption.promise,
      restartIce: (id, sdp) => {
        const answer = new Deferred<{ sdp: string }>();
        this.restarts.push({ id, sdp, answer });
        return answer.promise;
      },
      probe: () => {
        this.probes++;
      },
      figures: () => Promise.resolve(null),
      sendData: () => Promise.resolve(),
    },
    mediaAddresses: () => ['198.51.100.1:8000/udp'],
    sendingProblem: () => this.problem,
    openSource: (_selection, onEnded) => {
      const source = new Deferred<FakeSource>();
      this.devices.push({ source, onEnded });
      return source.promise;
    },
    openPeer: (stream, onPathState) => {
      const peer = new FakePeer(stream, onPathState);
      this.peers.push(peer);
      return peer;
    },
    stateChanged: (state) => this.states.push(state),
    sourceChanged: (source) => {
      this.preview = source;
    },
  };

  readonly publisher = new Publisher(this.surroundings);

  get kinds(): string[] {
    return this.states.map((state) => (state.kind === 'starting' ? state.step : state.kind));
  }

  get state(): PublisherState {
    return this.publisher.state;
  }

  get reason(): string | null {
    return 'reason' in this.state ? this.state.reason : null;
  }

  get source(): FakeSource {
    return this.sources.at(-1)!;
  }

  get peer(): FakePeer {
    return this.peers.at(-1)!;
  }

  /** The person clicks Publish and the browser asks for the devices. */
  async click(name = '7f3c'): Promise<void> {
    void this.publisher.publish(name, DEVICES);
    await settle();
  }

  async grantDevices(): Promise<void> {
    const source = new FakeSource(this.devices.at(-1)!.onEnded);
    this.sources.push(source);
    this.devices.at(-1)!.source.resolve(source);
    await settle();
  }

  async answer(answer: SessionAnswer = ANSWER): Promise<void> {
    this.publishes.at(-1)!.answer.resolve(answer);
    await settle();
  }

  async report(status: 'PUBLISHING' | 'UNPUBLISHED' | 'FAILED', reason: string | null = null, id = ANSWER.mediaSessionId): Promise<void> {
    this.publisher.streamStatus({ mediaSessionId: id, streamName: '7f3c', status, reason });
    await settle();
  }

  async untilAnswered(): Promise<void> {
    await this.click();
    await this.grantDevices();
    await this.answer();
  }

  async untilPublishing(): Promise<void> {
    await this.untilAnswered();
    this.peer.movePath('connected');
    await this.report('PUBLISHING');
  }

  expectAllReleased(): void {
    expect(this.sources.every((source) => source.isReleased)).toBe(true);
    expect(this.peers.every((peer) => peer.isClosed)).toBe(true);
    expect(this.preview).toBeNull();
    expect(vi.getTimerCount()).toBe(0);
  }
}

let stage: Stage;

beforeEach(() => {
  vi.useFakeTimers();
  stage = new Stage();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('publishing', () => {
  it('goes through its steps to PUBLISHING when media really flows', async () => {
    await stage.untilAnswered();
    expect(stage.peer.acceptedAnswers).toEqual(['answer']);
    expect(stage.state.kind).toBe('starting');
    await stage.report('PUBLISHING');
    expect(stage.kinds).toEqual(['devices', 'gateway', 'media', 'publishing']);
    expect(stage.publishes[0]?.request).toEqual({ streamName: '7f3c', sdp: 'offer', parameters: {} });
    expect(stage.preview).toBe(stage.source);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends the parameters behind the name as those of the stream, and takes the name that the gateway gives', async () => {
    await stage.click('7f3c?s1=v1');
    await stage.grantDevices();
    expect(stage.publishes[0]?.request).toEqual({ streamName: '7f3c', sdp: 'offer', parameters: { s1: 'v1' } });
    await stage.answer({ ...ANSWER, streamName: 'other' });
    stage.peer.movePath('connected');
    await stage.report('PUBLISHING');
    expect(stage.state).toEqual({ kind: 'publishing', streamName: 'other', concern: null });
  });

  it('ignores clicks while it starts, runs or stops', async () => {
    await stage.click();
    await stage.click();
    await stage.grantDevices();
    await stage.click();
    await stage.answer();
    await stage.report('PUBLISHING');
    await stage.click();
    stage.unpublishing = new Deferred<void>().promise;
    void stage.publisher.stop();
    await settle();
    await stage.click();
    expect(stage.devices).toHaveLength(1);
    expect(stage.publishes).toHaveLength(1);
    expect(stage.state.kind).toBe('stopping');
  });

  it('clicked while the connection is being made waits for it', async () => {
    const connected = new Deferred<void>();
    stage.connected = connected.promise;
    await stage.click();
    await stage.grantDevices();
    expect(stage.publishes).toHaveLength(0);
    connected.resolve();
    await settle();
    await stage.answer();
    await stage.report('PUBLISHING');
    expect(stage.state.kind).toBe('publishing');
  });

  it('takes a status that came in the same breath as the answer', async () => {
    await stage.click();
    await stage.grantDevices();
    stage.publishes[0]?.answer.resolve(ANSWER);
    await stage.report('FAILED', 'No common codecs');
    expect(stage.reason).toBe('No common codecs');
    expect(stage.peer.acceptedAnswers).toEqual([]);
    expect(stage.unpublished).toEqual([]);
    stage.expectAllReleased();
  });

  it('does not mind the statuses of other streams', async () => {
    await stage.untilAnswered();
    await stage.report('FAILED', 'not mine', 'other');
    await stage.report('PUBLISHING', null, 'other');
    expect(stage.state).toEqual({ kind: 'starting', streamName: '7f3c', step: 'media' });
  });

  it('reads statistics while there is a peer, and none without', async () => {
    expect(stage.publisher.readStats()).toBeNull();
    await stage.untilPublishing();
    expect(await stage.publisher.readStats()).toEqual([]);
    await stage.publisher.stop();
    expect(stage.publisher.readStats()).toBeNull();
    expect(stage.publisher.mediaSessionId).toBeNull();
  });

  it('takes other devices without asking the gateway', async () => {
    await stage.untilPublishing();
    const track = {} as MediaStreamTrack;
    stage.source.replacements = [track];
    const other: DeviceSelection = { camera: { kind: 'screen' }, microphone: { kind: 'default' } };
    await stage.publisher.changeSource(other);
    expect(stage.source.changes).toEqual([other]);
    expect(stage.peer.replaced).toEqual([track]);
    expect(stage.publishes).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('gives name, devices and peer back', async () => {
    await stage.untilPublishing();
    await stage.publisher.stop();
    expect(stage.unpublished).toEqual(['m1']);
    expect(stage.kinds.slice(-3)).toEqual(['publishing', 'stopping', 'unpublished']);
    stage.expectAllReleased();
  });

  it('before the permission is answered frees what comes later', async () => {
    await stage.click();
    await stage.publisher.stop();
    expect(stage.state.kind).toBe('unpublished');
    await stage.grantDevices();
    expect(stage.publishes).toHaveLength(0);
    expect(stage.state.kind).toBe('unpublished');
    stage.expectAllReleased();
  });

  it('before the connection is there never asks the gateway', async () => {
    const connected = new Deferred<void>();
    stage.connected = connected.promise;
    await stage.click();
    await stage.grantDevices();
    await stage.publisher.stop();
    connected.resolve();
    await settle();
    expect(stage.publishes).toHaveLength(0);
    stage.expectAllReleased();
  });

  it('while the gateway is being asked gives back what it grants', async () => {
    await stage.click();
    await stage.grantDevices();
    const stopped = stage.publisher.stop();
    await settle();
    expect(stage.state.kind).toBe('stopping');
    stage.expectAllReleased();
    await stage.answer();
    await stopped;
    expect(stage.unpublished).toEqual(['m1']);
    expect(stage.peer.acceptedAnswers).toEqual([]);
    expect(stage.state.kind).toBe('unpublished');
  });

  it('while the gateway is being asked ends as well when it refuses', async () => {
    await stage.click();
    await stage.grantDevices();
    const stopped = stage.publisher.stop();
    stage.publishes[0]?.answer.reject(new Error('refused'));
    await stopped;
    expect(stage.unpublished).toEqual([]);
    expect(stage.state).toEqual({ kind: 'unpublished', reason: null });
  });

  it('ends even if the gateway can no longer be asked', async () => {
    await stage.untilPublishing();
    stage.unpublishing = Promise.reject(new Error('gone'));
    await stage.publisher.stop();
    expect(stage.state).toEqual({ kind: 'unpublished', reason: null });
  });

  it('does nothing when nothing runs', async () => {
    await stage.publisher.stop();
    expect(stage.states).toEqual([]);
  });

  it('can be followed by the next start, under the same name', async () => {
    await stage.untilPublishing();
    await stage.publisher.stop();
    await stage.click();
    await stage.grantDevices();
    await stage.answer({ ...ANSWER, mediaSessionId: 'm2' });
    await stage.report('PUBLISHING', null, 'm2');
    expect(stage.state.kind).toBe('publishing');
    await stage.report('FAILED', 'late news of the first stream', 'm1');
    expect(stage.state.kind).toBe('publishing');
  });
});

describe('failing', () => {
  it.each([
    ['', /Enter a stream name/],
    ['a b', /1 to 128 characters/],
    ['..', /cannot be/],
  ])('refuses the name %j before it opens anything', async (name, reason) => {
    await stage.click(name);
    expect(stage.reason).toMatch(reason);
    expect(stage.devices).toHaveLength(0);
  });

  it('says what the browser lacks before it opens anything', async () => {
    stage.problem = 'no H.264';
    await stage.click();
    expect(stage.reason).toBe('no H.264');
    expect(stage.devices).toHaveLength(0);
  });

  it('says why the devices could not be opened', async () => {
    await stage.click();
    stage.devices[0]?.source.reject(new PlainError('No camera was found.'));
    await settle();
    expect(stage.reason).toBe('No camera was found.');
    stage.expectAllReleased();
  });

  it('says why the gateway refused', async () => {
    await stage.click();
    await stage.grantDevices();
    stage.publishes[0]?.answer.reject(IN_USE);
    await settle();
    expect(stage.state).toEqual({ kind: 'failed', reason: 'Stream name is already in use' });
    stage.expectAllReleased();
  });

  it('says why there is no connection', async () => {
    stage.connected = Promise.reject(new Error('The gateway cannot be reached.'));
    await stage.click();
    await stage.grantDevices();
    expect(stage.reason).toBe('The gateway cannot be reached.');
    stage.expectAllReleased();
  });

  it('ends when the browser cannot use the answer, and gives the name back', async () => {
    await stage.click();
    await stage.grantDevices();
    stage.peer.answerError = new Error('bad SDP');
    await stage.answer();
    expect(stage.reason).toMatch(/could not use the gateway’s answer: bad SDP/);
    expect(stage.unpublished).toEqual(['m1']);
    stage.expectAllReleased();
  });

  it('shows the gateway’s reason and owes it nothing', async () => {
    await stage.untilPublishing();
    await stage.report('FAILED', 'Another publisher has taken over the stream name');
    expect(stage.state).toEqual({ kind: 'failed', reason: 'Another publisher has taken over the stream name' });
    expect(stage.unpublished).toEqual([]);
    stage.expectAllReleased();
  });

  it('shows UNPUBLISHED with the reason when the gateway ends the stream as asked', async () => {
    await stage.untilPublishing();
    await stage.report('UNPUBLISHED', 'Stopped by rest /terminate');
    expect(stage.state).toEqual({ kind: 'unpublished', reason: 'Stopped by rest /terminate' });
    expect(stage.unpublished).toEqual([]);
    stage.expectAllReleased();
  });

  it('names the addresses that were tried when ICE fails', async () => {
    await stage.untilAnswered();
    stage.peer.movePath('broken');
    await settle();
    expect(stage.reason).toContain('tried 192.0.2.1:8000 (UDP)');
    expect(stage.reason).toMatch(/must be reachable/);
    expect(stage.unpublished).toEqual(['m1']);
    stage.expectAllReleased();
  });

  it('does not wait for media for ever', async () => {
    await stage.untilAnswered();
    await vi.advanceTimersByTimeAsync(MEDIA_MILLISECONDS);
    expect(stage.reason).toContain('192.0.2.1:8000');
    stage.expectAllReleased();
  });

  it('tells media that do not flow from a path that is closed', async () => {
    await stage.untilAnswered();
    stage.peer.movePath('connected');
    await vi.advanceTimersByTimeAsync(MEDIA_MILLISECONDS);
    expect(stage.reason).toMatch(/no picture or sound goes over it/);
  });

  it('says that the camera was unplugged', async () => {
    await stage.untilPublishing();
    stage.source.end('video');
    await settle();
    expect(stage.reason).toMatch(/^The camera stopped/);
    expect(stage.unpublished).toEqual(['m1']);
    stage.expectAllReleased();
  });

  it('is none when the person stops sharing the screen', async () => {
    await stage.untilPublishing();
    stage.source.isScreen = true;
    stage.source.end('video');
    expect(stage.state).toEqual({ kind: 'unpublished', reason: 'The screen is no longer shared.' });
    stage.expectAllReleased();
  });

  it('lets the next attempt wait until the gateway has let the name go', async () => {
    const unpublishing = new Deferred<void>();
    stage.unpublishing = unpublishing.promise;
    await stage.untilPublishing();
    stage.source.end('audio');
    await stage.click();
    await stage.grantDevices();
    expect(stage.publishes).toHaveLength(1);
    unpublishing.resolve();
    await settle();
    expect(stage.publishes).toHaveLength(2);
  });
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
