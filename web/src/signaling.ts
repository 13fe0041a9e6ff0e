import { HubConnectionBuilder, HttpTransportType, LogLevel } from '@microsoft/signalr';
import { hubFailure, refusalOf } from './reasons';
import { completeServerInformation } from './server-information';
import type {
  Availability,
  ConnectionState,
  GatewayFigures,
  ServerInformation,
  SessionAnswer,
  SessionRequest,
  StreamData,
  StreamNotice,
  StreamStatus,
} from './types';

/** How long a gateway may take to answer a connection or a request. */
export const ANSWER_MILLISECONDS = 10_000;

/** How long it may take to answer when there is reason to think that the connection is dead. */
export const PROBE_MILLISECONDS = 3_000;

/** Pauses before each new try after a lost connection; the last one repeats. */
export const RETRY_MILLISECONDS: readonly number[] = [200, 500, 1000, 2000, 2000, 5000, 5000, 10_000];

/** How long a lost connection is tried again before it has failed. */
export const RETRY_LIMIT_MILLISECONDS = 600_000;

/** What the gateway sends on its own account, by the name of its message. */
interface Messages {
  readonly StreamStatus: StreamStatus;
  readonly StreamData: StreamData;
  readonly StreamNotice: StreamNotice;
}

/** The part of a SignalR `HubConnection` that is used. */
export interface HubLink {
  start(): Promise<void>;
  stop(): Promise<void>;
  invoke<Result>(method: string, ...data: unknown[]): Promise<Result>;
  on<Name extends keyof Messages>(method: Name, listener: (message: Messages[Name]) => void): void;
  onclose(listener: (error?: Error) => void): void;
}

/** What the signalling tells its owner. */
export interface SignalingListener {
  connectionChanged(state: ConnectionState): void;
  streamStatus(status: StreamStatus): void;
  streamData(data: StreamData): void;
  streamNotice(notice: StreamNotice): void;
}

/** A connection that somebody wants, whether it stands just now or not. */
interface Target {
  readonly url: string;
  link: HubLink | null;
}

/** A link to a hub over WebSockets alone, which needs no negotiation and no cookies. */
export function openHubLink(url: string): HubLink {
  return new HubConnectionBuilder()
    .withUrl(url, { transport: HttpTransportType.WebSockets, skipNegotiation: true })
    .configureLogging(LogLevel.None)
    .build();
}

/** The page's signalling connection to one gateway at a time. One that was lost comes back by itself. */
export class Signaling {
  private current: ConnectionState = { kind: 'disconnected' };
  private target: Target | null = null;
  private readonly waiting = new Set<() => void>();
  /** Ends the pause before the next try. */
  private hurry: () => void = () => undefined;

  constructor(
    private readonly listener: SignalingListener,
    private readonly openLink: (url: string) => HubLink = openHubLink,
  ) {}

  get state(): ConnectionState {
    return this.current;
  }

  /** Connects unless there is a connection or one is being made; the outcome is in `state`. */
  async connect(url: string): Promise<void> {
    if (this.target !== null) {
      return;
    }

    const target: Target = { url, link: null };
    this.target = target;
    this.change({ kind: 'connecting' });
    try {
      await this.open(target);
    } catch (error) {
      this.abandon(target, refusalOf(error) ?? `The gateway at ${new URL(url).host} cannot be reached. ${connectFailure(error)}`);
    }
  }

  async disconnect(): Promise<void> {
    const link = this.target?.link ?? null;
    this.target = null;
    this.hurry();
    this.change({ kind: 'disconnected' });
    await link?.stop();
  }

  /** Resolves once the connection is established; rejects when it is not on its way there, or no longer. */
  async established(): Promise<void> {
    while (this.current.kind === 'connecting' || this.current.kind === 'reconnecting') {
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }

    if (this.current.kind !== 'established') {
      throw new Error(this.current.kind === 'failed' ? this.current.reason : 'There is no connection to the gateway.');
    }
  }

  /** After a change of networks a connection may be dead without knowing it: asks, and makes it anew if nothing answers. */
  probe(): void {
    const { target } = this;
    const link = target?.link ?? null;
    if (this.current.kind === 'reconnecting') {
      this.hurry();
    } else if (this.current.kind === 'established' && target !== null && link !== null) {
      answered(link.invoke('ServerInformation'), PROBE_MILLISECONDS).catch(() => this.lost(target, link));
    }
  }

  publish(request: SessionRequest): Promise<SessionAnswer> {
    return this.invoke<SessionAnswer>('Publish', request);
  }

  unpublish(mediaSessionId: string): Promise<void> {
    return this.invoke<void>('Unpublish', { mediaSessionId });
  }

  play(request: SessionRequest): Promise<SessionAnswer> {
    return this.invoke<SessionAnswer>('Play', request);
  }

  stop(mediaSessionId: string): Promise<void> {
    return this.invoke<void>('Stop', { mediaSessionId });
  }

  /** Takes a media session over after the connection had to be made anew. */
  resume(mediaSessionId: string): Promise<void> {
    return this.invoke<void>('Resume', { mediaSessionId });
  }

  /** Gives a running session new ICE credentials. */
  restartIce(mediaSessionId: string, sdp: string): Promise<{ readonly sdp: string }> {
    return this.invoke<{ readonly sdp: string }>('RestartIce', { mediaSessionId, sdp });
  }

  /** Goes over to another level of the stream that a session plays. */
  setQuality(mediaSessionId: string, quality: string): Promise<void> {
    return this.invoke<void>('SetQuality', { mediaSessionId, quality });
  }

  available(streamName: string, parameters: Readonly<Record<string, string>>): Promise<Availability> {
    return this.invoke<Availability>('Available', { streamName, parameters });
  }

  figures(mediaSessionId: string): Promise<GatewayFigures | null> {
    return this.invoke<GatewayFigures | null>('Figures', { mediaSessionId });
  }

  sendData(mediaSessionId: string, payload: unknown): Promise<void> {
    return this.invoke<void>('SendData', { mediaSessionId, payload });
  }

  private invoke<Result>(method: string, data: unknown): Promise<Result> {
    const link = this.target?.link ?? null;
    return link === null
      ? Promise.reject(new Error('There is no connection to the gateway.'))
      : answered(link.invoke<Result>(method, data), ANSWER_MILLISECONDS);
  }

  /** Makes a link and finds out who is there; the link is the target's from its start. */
  private async open(target: Target): Promise<void> {
    const link = this.openLink(target.url);
    target.link = link;
    this.follow(target, link);
    try {
      await answered(link.start(), ANSWER_MILLISECONDS);
      const told = await answered(link.invoke<Partial<ServerInformation>>('ServerInformation'), ANSWER_MILLISECONDS);
      if (this.isCurrent(target, link)) {
        this.change({ kind: 'established', server: completeServerInformation(told) });
      }
    } catch (error) {
      if (target.link === link) {
        target.link = null;
      }

      void link.stop().catch(() => undefined);
      throw error;
    }
  }

  private follow(target: Target, link: HubLink): void {
    link.on('StreamStatus', (status) => this.isCurrent(target, link) && this.listener.streamStatus(status));
    link.on('StreamData', (data) => this.isCurrent(target, link) && this.listener.streamData(data));
    link.on('StreamNotice', (notice) => this.isCurrent(target, link) && this.listener.streamNotice(notice));
    link.onclose(() => this.lost(target, link));
  }

  private lost(target: Target, link: HubLink): void {
    // While it is being made, its maker notices.
    if (!this.isCurrent(target, link) || this.current.kind !== 'established') {
      return;
    }

    target.link = null;
    void link.stop().catch(() => undefined);
    this.change({ kind: 'reconnecting' });
    void this.comeBack(target);
  }

  private async comeBack(target: Target): Promise<void> {
    const end = Date.now() + RETRY_LIMIT_MILLISECONDS;
    for (let attempt = 0; Date.now() < end; attempt++) {
      await this.rest(RETRY_MILLISECONDS[Math.min(attempt, RETRY_MILLISECONDS.length - 1)] ?? 0);
      if (target !== this.target) {
        return;
      }

      try {
        await this.open(target);
        return;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal !== null) {
          this.abandon(target, refusal);
          return;
        }
      }
    }

    this.abandon(target, 'The connection to the gateway is gone and did not come back. Press Connect to try again.');
  }

  private rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private abandon(target: Target, reason: string): void {
    if (target === this.target) {
      this.target = null;
      this.change({ kind: 'failed', reason });
    }
  }

  private isCurrent(target: Target, link: HubLink): boolean {
    return target === this.target && link === target.link;
  }

  private change(state: ConnectionState): void {
    this.current = state;
    this.listener.connectionChanged(state);
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resume of waiting) {
      resume();
    }
  }
}

/** The promise, or a rejection when it takes too long. */
function answered<Result>(promise: Promise<Result>, milliseconds: number): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The gateway did not answer within ${milliseconds / 1000} s.`)), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Browsers do not tell pages why a WebSocket failed; SignalR's own words for that help nobody. */
function connectFailure(error: unknown): string {
  const words = hubFailure(error);
  return /did not answer/.test(words) ? words : 'Is it running, and is the address right? Press Connect to try again.';
}
