import { expect, vi } from 'vitest';
import { Publisher, type PublisherSurroundings } from '../src/publisher';
import type { DeviceSelection, MediaKind, PublisherState, SessionAnswer, SessionRequest } from '../src/types';
import { Deferred, FakePeer, FakeSource, settle } from './fakes';

export const DEVICES: DeviceSelection = { camera: { kind: 'default' }, microphone: { kind: 'default' } };
export const ANSWER: SessionAnswer = { mediaSessionId: 'm1', streamName: '7f3c', sdp: 'answer' };

export const IN_USE = new Error("… invoking 'Publish' on the server. HubException: Stream name is already in use");

/** A publisher whose whole surroundings the test plays. */
export class Stage {
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
