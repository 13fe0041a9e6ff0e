import type { PathState, Peer } from '../src/peer';
import type { HubLink } from '../src/signaling';
import { NO_FIGURES } from '../src/stats';
import type { LiveFigures, StreamStatus } from '../src/types';

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

  get isReleased(): boolean {
    return this.video.isStopped && this.audio.isStopped;
  }

  getTracks(): FakeTrack[] {
    return [this.audio, this.video];
  }

  asMediaStream(): MediaStream {
    return this as unknown as MediaStream;
  }
}

/** A peer connection whose path the test moves. */
export class FakePeer implements Peer {
  readonly candidates = ['192.0.2.1:8000 (UDP)'];
  isClosed = false;
  acceptedAnswer: string | null = null;
  answerError: Error | null = null;

  constructor(
    readonly stream: MediaStream,
    readonly movePath: (state: PathState) => void,
  ) {}

  createOffer(): Promise<string> {
    return Promise.resolve('offer');
  }

  acceptAnswer(sdp: string): Promise<void> {
    this.acceptedAnswer = sdp;
    return this.answerError === null ? Promise.resolve() : Promise.reject(this.answerError);
  }

  readFigures(): Promise<LiveFigures> {
    return Promise.resolve({ ...NO_FIGURES, width: 640 });
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
  report: (status: StreamStatus) => void = () => undefined;
  close: (error?: Error) => void = () => undefined;
  lose: (error?: Error) => void = () => undefined;
  comeBack: () => void = () => undefined;

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

  on(_method: string, listener: (status: StreamStatus) => void): void {
    this.report = listener;
  }

  onclose(listener: (error?: Error) => void): void {
    this.close = listener;
  }

  onreconnecting(listener: (error?: Error) => void): void {
    this.lose = listener;
  }

  onreconnected(listener: () => void): void {
    this.comeBack = listener;
  }
}
