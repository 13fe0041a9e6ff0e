import type { PathState } from '../src/peer';
import type { ReceivingPeer } from '../src/receiving-peer';
import type { SendingPeer } from '../src/sending-peer';
import { completeServerInformation } from '../src/server-information';
import type { HubLink } from '../src/signaling';
import type { Source } from '../src/source';
import type { StatsSource } from '../src/stats/entries';
import type { DeviceSelection, MediaKind, ServerInformation } from '../src/types';

/** A gateway as it tells about itself. */
export const SERVER: ServerInformation = completeServerInformation({ version: '1', httpPort: 8080 });

/** A promise that the test settles. */
export class Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve!: (value: Value) => void;
  reject!: (error: Error) => void;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => undefined);
  }
}

/** Lets everything run that waits for settled promises only. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) {
    await Promise.resolve();
  }
}

/** A camera or microphone track. */
export class FakeTrack extends EventTarget {
  isStopped = false;

  constructor(readonly kind: 'audio' | 'video') {
    super();
  }

  stop(): void {
    this.isStopped = true;
  }

  unplug(): void {
    this.dispatchEvent(new Event('ended'));
  }
}

/** The part of a `MediaStream` that the page uses. */
export class FakeStream {
  readonly video = new FakeTrack('video');
  readonly audio = new FakeTrack('audio');

  getTracks(): FakeTrack[] {
    return [this.audio, this.video];
  }

  asMediaStream(): MediaStream {
    return this as unknown as MediaStream;
  }
}

/** A camera and a microphone. */
export class FakeSource implements Source {
  readonly stream = new FakeStream().asMediaStream();
  readonly microphone = null;
  isScreen = false;
  isReleased = false;
  changes: DeviceSelection[] = [];
  replacements: MediaStreamTrack[] = [];

  constructor(readonly end: (kind: MediaKind) => void) {}

  isMuted(): boolean | null {
    return false;
  }

  setMuted(): void {
    // Nothing listens.
  }

  change(selection: DeviceSelection): Promise<readonly MediaStreamTrack[]> {
    this.changes.push(selection);
    return Promise.resolve(this.replacements);
  }

  release(): void {
    this.isReleased = true;
  }
}

/** A peer connection whose path the test moves. */
export class FakePeer implements SendingPeer, ReceivingPeer {
  readonly candidates = ['192.0.2.1:8000 (UDP)'];
  isClosed = false;
  restarts = 0;
  readonly acceptedAnswers: string[] = [];
  readonly replaced: MediaStreamTrack[] = [];
  readonly held: (number | null)[] = [];
  answerError: Error | null = null;

  constructor(
    readonly stream: MediaStream,
    readonly movePath: (state: PathState) => void,
  ) {}

  createOffer(): Promise<string> {
    return Promise.resolve('offer');
  }

  createRestartOffer(): Promise<string> {
    this.restarts++;
    return Promise.resolve(`restart ${this.restarts}`);
  }

  acceptAnswer(sdp: string): Promise<void> {
    this.acceptedAnswers.push(sdp);
    return this.answerError === null ? Promise.resolve() : Promise.reject(this.answerError);
  }

  replaceTrack(track: MediaStreamTrack): Promise<void> {
    this.replaced.push(track);
    return Promise.resolve();
  }

  holdBack(milliseconds: number | null): void {
    this.held.push(milliseconds);
  }

  readStats(): Promise<StatsSource> {
    return Promise.resolve([]);
  }

  close(): void {
    this.isClosed = true;
  }
}

/** A SignalR connection whose answers and events the test gives. */
export class FakeLink implements HubLink {
  readonly starting = new Deferred<void>();
  readonly calls: { method: string; data: unknown[]; result: Deferred<unknown> }[] = [];
  isStopped = false;
  private readonly listeners = new Map<string, (message: never) => void>();
  close: (error?: Error) => void = () => undefined;

  start(): Promise<void> {
    return this.starting.promise;
  }

  stop(): Promise<void> {
    this.isStopped = true;
    this.close();
    return Promise.resolve();
  }

  invoke<Result>(method: string, ...data: unknown[]): Promise<Result> {
    const result = new Deferred<unknown>();
    this.calls.push({ method, data, result });
    return result.promise as Promise<Result>;
  }

  /** The newest call of a method. */
  call(method: string): { data: unknown[]; result: Deferred<unknown> } {
    const found = this.calls.filter((call) => call.method === method).at(-1);
    if (found === undefined) {
      throw new Error(`${method} was not called.`);
    }

    return found;
  }

  on(method: string, listener: (message: never) => void): void {
    this.listeners.set(method, listener);
  }

  /** The gateway sends something. */
  report(method: string, message: unknown): void {
    this.listeners.get(method)?.(message as never);
  }

  onclose(listener: (error?: Error) => void): void {
    this.close = listener;
  }
}
