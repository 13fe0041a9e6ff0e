import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GRACE_MILLISECONDS, MEDIA_MILLISECONDS, Publisher, type PublisherSurroundings } from '../src/publisher';
import { PlainError } from '../src/reasons';
import type { DeviceSelection, PublishAnswer, PublisherState, PublishRequest } from '../src/types';
import { Deferred, FakePeer, FakeStream, settle } from './fakes';

const DEVICES: DeviceSelection = { camera: { kind: 'default' }, microphone: { kind: 'default' } };
const ANSWER: PublishAnswer = { mediaSessionId: 'm1', streamName: '7f3c', sdp: 'answer' };
const SERVER = { version: '1', rtmpHost: null, rtmpPort: 1935, application: 'live' };

/** A publisher whose whole surroundings the test plays. */
class Stage {
  readonly states: PublisherState[] = [];
  readonly streams: FakeStream[] = [];
  readonly peers: FakePeer[] = [];
  readonly devices: Deferred<MediaStream>[] = [];
  readonly publishes: { request: PublishRequest; answer: Deferred<PublishAnswer> }[] = [];
  readonly unpublished: string[] = [];
  unpublishing: Promise<void> = Promise.resolve();
  connected: Promise<void> = Promise.resolve();
  resumption = new Deferred<void>();
  problem: string | null = null;
  preview: MediaStream | null = null;

  readonly surroundings: PublisherSurroundings = {
    signaling: {
      established: () => this.connected,
      publish: (request) => {
        const answer = new Deferred<PublishAnswer>();
        this.publishes.push({ request, answer });
        return answer.promise;
      },
      unpublish: (id) => {
        this.unpublished.push(id);
        return this.unpublishing;
      },
      resume: () => this.resumption.promise,
    },
    sendingProblem: () => this.problem,
    openDevices: () => {
      const devices = new Deferred<MediaStream>();
      this.devices.push(devices);
      return devices.promise;
    },
    releaseDevices: (stream) => stream.getTracks().forEach((track) => track.stop()),
    openPeer: (stream, onPathState) => {
      const peer = new FakePeer(stream, onPathState);
      this.peers.push(peer);
      return peer;
    },
    stateChanged: (state) => this.states.push(state),
    previewChanged: (stream) => {
      this.preview = stream;
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

  get stream(): FakeStream {
    return this.streams.at(-1)!;
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
    const stream = new FakeStream();
    this.streams.push(stream);
    this.devices.at(-1)!.resolve(stream.asMediaStream());
    await settle();
  }

  async answer(answer: PublishAnswer = ANSWER): Promise<void> {
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
    expect(this.streams.every((stream) => stream.isReleased)).toBe(true);
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
    expect(stage.peer.acceptedAnswer).toBe('answer');
    expect(stage.state.kind).toBe('starting');
    await stage.report('PUBLISHING');
    expect(stage.kinds).toEqual(['devices', 'gateway', 'media', 'publishing']);
    expect(stage.publishes[0]?.request).toEqual({ streamName: '7f3c', sdp: 'offer', parameters: {} });
    expect(stage.preview).toBe(stage.stream);
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
    expect(stage.peer.acceptedAnswer).toBeNull();
    expect(stage.unpublished).toEqual([]);
    stage.expectAllReleased();
  });

  it('does not mind the statuses of other streams', async () => {
    await stage.untilAnswered();
    await stage.report('FAILED', 'not mine', 'other');
    await stage.report('PUBLISHING', null, 'other');
    expect(stage.state).toEqual({ kind: 'starting', streamName: '7f3c', step: 'media' });
  });

  it('reads figures while there is a peer, and none without', async () => {
    expect(await stage.publisher.readFigures()).toBeNull();
    await stage.untilPublishing();
    expect((await stage.publisher.readFigures())?.width).toBe(640);
    const late = stage.publisher.readFigures();
    await stage.publisher.stop();
    expect(await late).toBeNull();
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
    expect(stage.peer.acceptedAnswer).toBeNull();
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
    stage.devices[0]?.reject(new PlainError('No camera was found.'));
    await settle();
    expect(stage.reason).toBe('No camera was found.');
    stage.expectAllReleased();
  });

  it('says why the gateway refused', async () => {
    await stage.click();
    await stage.grantDevices();
    stage.publishes[0]?.answer.reject(new Error("… invoking 'Publish' on the server. HubException: Stream name is already in use"));
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
    await stage.report('FAILED', 'Failed by ICE timeout');
    expect(stage.state).toEqual({ kind: 'failed', reason: 'Failed by ICE timeout' });
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
    expect(stage.reason).toMatch(/connected but receives no picture or sound/);
  });

  it('says that the camera was unplugged', async () => {
    await stage.untilPublishing();
    stage.stream.video.unplug();
    await settle();
    expect(stage.reason).toMatch(/^The camera stopped/);
    expect(stage.unpublished).toEqual(['m1']);
    stage.expectAllReleased();
  });

  it('lets the next attempt wait until the gateway has let the name go', async () => {
    const unpublishing = new Deferred<void>();
    stage.unpublishing = unpublishing.promise;
    await stage.untilPublishing();
    stage.stream.audio.unplug();
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

  it('ends the stream when it breaks', async () => {
    await stage.untilPublishing();
    stage.peer.movePath('interrupted');
    stage.peer.movePath('broken');
    expect(stage.reason).toMatch(/broke/);
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
  });

  it('ends the stream after the gateway’s grace time', async () => {
    await stage.untilPublishing();
    lose();
    await vi.advanceTimersByTimeAsync(GRACE_MILLISECONDS);
    expect(stage.reason).toMatch(/did not come back within 10 s/);
    stage.expectAllReleased();
  });

  it('ends the stream when the gateway no longer has it', async () => {
    await stage.untilPublishing();
    lose();
    comeBack();
    stage.resumption.reject(new Error('HubException: The stream has ended while the page was not connected.'));
    await settle();
    expect(stage.reason).toBe('The stream has ended while the page was not connected.');
    stage.expectAllReleased();
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
