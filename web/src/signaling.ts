import { HubConnectionBuilder, HttpTransportType, LogLevel } from '@microsoft/signalr';
import { hubFailure, refusalOf } from './reasons';
import type { ConnectionState, PublishAnswer, PublishRequest, ServerInformation, StreamStatus } from './types';

/** How long a gateway may take to answer a connection or a request. */
export const ANSWER_MILLISECONDS = 10_000;

/** Pauses before each new try after a lost connection; after the last one the connection has failed. */
export const RETRY_MILLISECONDS: readonly number[] = [0, 500, 1000, 2000, 2000, 2000, 5000, 5000, 10_000, 10_000, 20_000];

/** The part of a SignalR `HubConnection` that is used. */
export interface HubLink {
  start(): Promise<void>;
  stop(): Promise<void>;
  invoke<Result>(method: string, ...data: unknown[]): Promise<Result>;
  on(method: string, listener: (status: StreamStatus) => void): void;
  onclose(listener: (error?: Error) => void): void;
  onreconnecting(listener: (error?: Error) => void): void;
  onreconnected(listener: () => void): void;
}

/** What the signalling tells its owner. */
export interface SignalingListener {
  connectionChanged(state: ConnectionState): void;
  streamStatus(status: StreamStatus): void;
}

/** A link to a hub over WebSockets alone, which needs no negotiation and no cookies. */
export function openHubLink(url: string): HubLink {
  return new HubConnectionBuilder()
    .withUrl(url, { transport: HttpTransportType.WebSockets, skipNegotiation: true })
    .withAutomaticReconnect([...RETRY_MILLISECONDS])
    .configureLogging(LogLevel.None)
    .build();
}

/** The page's signalling connection to one gateway at a time. */
export class Signaling {
  private current: ConnectionState = { kind: 'disconnected' };
  private link: HubLink | null = null;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly listener: SignalingListener,
    private readonly open: (url: string) => HubLink = openHubLink,
  ) {}

  get state(): ConnectionState {
    return this.current;
  }

  /** Connects unless there is a connection or one is being made; the outcome is in `state`. */
  async connect(url: string): Promise<void> {
    if (this.link !== null) {
      return;
    }

    const link = this.open(url);
    this.link = link;
    this.change({ kind: 'connecting' });
    this.follow(link);
    try {
      await answered(link.start());
      await this.establish(link);
    } catch (error) {
      this.abandon(link, refusalOf(error) ?? `The gateway at ${hostOf(url)} cannot be reached. ${connectFailure(error)}`);
    }
  }

  async disconnect(): Promise<void> {
    const link = this.link;
    this.link = null;
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

  publish(request: PublishRequest): Promise<PublishAnswer> {
    return this.invoke<PublishAnswer>('Publish', request);
  }

  unpublish(mediaSessionId: string): Promise<void> {
    return this.invoke<void>('Unpublish', { mediaSessionId });
  }

  /** Takes a media session over after the connection had to be made anew. */
  resume(mediaSessionId: string): Promise<void> {
    return this.invoke<void>('Resume', { mediaSessionId });
  }

  private invoke<Result>(method: string, data: unknown): Promise<Result> {
    return this.link === null
      ? Promise.reject(new Error('There is no connection to the gateway.'))
      : answered(this.link.invoke<Result>(method, data));
  }

  private follow(link: HubLink): void {
    link.on('StreamStatus', (status) => {
      if (link === this.link) {
        this.listener.streamStatus(status);
      }
    });
    link.onreconnecting(() => {
      if (link === this.link) {
        this.change({ kind: 'reconnecting' });
      }
    });
    link.onreconnected(() => {
      this.establish(link).catch((error: unknown) => this.abandon(link, hubFailure(error)));
    });
    link.onclose((error) => {
      this.abandon(link, `The connection to the gateway is gone. ${error === undefined ? 'The gateway closed it.' : connectFailure(error)}`);
    });
  }

  private async establish(link: HubLink): Promise<void> {
    const server = await answered(link.invoke<ServerInformation>('ServerInformation'));
    if (link === this.link) {
      this.change({ kind: 'established', server });
    }
  }

  private abandon(link: HubLink, reason: string): void {
    if (link !== this.link) {
      return;
    }

    this.link = null;
    this.change({ kind: 'failed', reason });
    void link.stop().catch(() => undefined);
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
function answered<Result>(promise: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`The gateway did not answer within ${ANSWER_MILLISECONDS / 1000} s.`));
    }, ANSWER_MILLISECONDS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Browsers do not tell pages why a WebSocket failed; SignalR's own words for that help nobody. */
function connectFailure(error: unknown): string {
  const words = hubFailure(error);
  return /did not answer/.test(words) ? words : 'Is it running, and is the address right? Press Connect to try again.';
}

function hostOf(url: string): string {
  return new URL(url).host;
}
