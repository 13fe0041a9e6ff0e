import { type CallSignaling, type CallState, MediaCall } from './call';
import { parseStreamName, streamNameProblem } from './names';
import type { PathState } from './peer';
import { messageOf, PlainError, trackEnded } from './reasons';
import type { SendingPeer } from './sending-peer';
import type { Source } from './source';
import type { StatsSource } from './stats/entries';
import type {
  ConnectionState,
  DeviceSelection,
  GatewayFigures,
  MediaKind,
  PublisherState,
  SessionAnswer,
  SessionRequest,
  StreamStatus,
} from './types';

/** What the publisher asks of the signalling. */
export interface PublisherSignaling extends CallSignaling {
  publish(request: SessionRequest): Promise<SessionAnswer>;
  unpublish(mediaSessionId: string): Promise<void>;
  figures(mediaSessionId: string): Promise<GatewayFigures | null>;
  sendData(mediaSessionId: string, payload: unknown): Promise<void>;
}

/** What the publisher needs from around it. */
export interface PublisherSurroundings {
  readonly signaling: PublisherSignaling;
  readonly mediaAddresses: () => readonly string[];
  /** Says in words why this browser cannot publish; null: it can. */
  sendingProblem(sendsVideo: boolean): string | null;
  openSource(selection: DeviceSelection, onEnded: (kind: MediaKind) => void): Promise<Source>;
  openPeer(stream: MediaStream, onPathState: (state: PathState) => void): SendingPeer;
  stateChanged(state: PublisherState): void;
  /** What is being captured; null: nothing. */
  sourceChanged(source: Source | null): void;
}

/** One try to publish, from the click to its end; owns the devices. */
interface Attempt {
  readonly call: MediaCall<SendingPeer>;
  source: Source | null;
}

/**
 * Publishes one stream at a time. The devices stay open while the call is made anew after a loss, so that it costs no new
 * permission. Every way out goes through `end`.
 */
export class Publisher {
  private current: PublisherState = { kind: 'ready' };
  private attempt: Attempt | null = null;
  /** Done when the gateway has let go of the streams of former attempts. */
  private released: Promise<void> = Promise.resolve();

  constructor(private readonly surroundings: PublisherSurroundings) {}

  get state(): PublisherState {
    return this.current;
  }

  get source(): Source | null {
    return this.attempt?.source ?? null;
  }

  /** Null: the gateway has no session of this publisher. */
  get mediaSessionId(): string | null {
    return this.attempt?.call.mediaSessionId ?? null;
  }

  /** Starts publishing `name` or `name?parameters`; does nothing while a stream is being published or stopped. */
  async publish(streamName: string, selection: DeviceSelection): Promise<void> {
    if (this.attempt !== null || this.current.kind === 'stopping') {
      return;
    }

    const { name, parameters } = parseStreamName(streamName);
    const problem = streamNameProblem(name) ?? this.surroundings.sendingProblem(selection.camera.kind !== 'none');
    if (problem !== null) {
      this.change({ kind: 'failed', reason: problem });
      return;
    }

    const attempt = this.newAttempt(name, parameters);
    this.attempt = attempt;
    this.change({ kind: 'starting', streamName: name, step: 'devices' });
    try {
      await this.capture(attempt, selection);
    } catch (error) {
      const words = error instanceof PlainError ? error.message : `Publishing could not be started: ${messageOf(error)}`;
      this.end(attempt, { kind: 'failed', reason: words });
    }
  }

  /** Stops publishing, or starting to; resolves when the gateway has let go of the stream or can no longer be asked. */
  async stop(): Promise<void> {
    const attempt = this.attempt;
    if (attempt === null) {
      return;
    }

    this.end(attempt, { kind: 'stopping', streamName: attempt.call.streamName });
    await this.released;
    this.change({ kind: 'unpublished', reason: null });
  }

  /** Takes other devices while publishing; viewers go on. Throws `PlainError` when they cannot be opened: the old ones stay. */
  async changeSource(selection: DeviceSelection): Promise<void> {
    const attempt = this.attempt;
    const source = attempt?.source ?? null;
    if (attempt === null || source === null) {
      return;
    }

    for (const track of await source.change(selection)) {
      await attempt.call.peer?.replaceTrack(track);
    }

    if (attempt === this.attempt) {
      this.surroundings.sourceChanged(source);
    }
  }

  streamStatus(status: StreamStatus): void {
    this.attempt?.call.streamStatus(status);
  }

  connectionChanged(connection: ConnectionState): void {
    this.attempt?.call.connectionChanged(connection);
  }

  networkChanged(): void {
    this.attempt?.call.networkChanged();
  }

  /** The browser's statistics; null: nothing is being sent. */
  readStats(): Promise<StatsSource> | null {
    return this.attempt?.call.peer?.readStats() ?? null;
  }

  private newAttempt(name: string, parameters: Readonly<Record<string, string>>): Attempt {
    const { signaling } = this.surroundings;
    const call: MediaCall<SendingPeer> = new MediaCall<SendingPeer>(
      {
        signaling,
        mediaAddresses: this.surroundings.mediaAddresses,
        openPeer: (onPathState) => this.surroundings.openPeer(attempt.source?.stream ?? new MediaStream(), onPathState),
        ask: (sdp) => signaling.publish({ streamName: name, sdp, parameters }),
        giveBack: (mediaSessionId) => signaling.unpublish(mediaSessionId),
        stateChanged: (state) => this.callChanged(attempt, state),
      },
      name,
      this.released,
    );
    const attempt: Attempt = { call, source: null };
    return attempt;
  }

  private async capture(attempt: Attempt, selection: DeviceSelection): Promise<void> {
    const source = await this.surroundings.openSource(selection, (kind) => this.sourceEnded(attempt, kind));
    if (attempt !== this.attempt) {
      source.release();
      return;
    }

    attempt.source = source;
    this.surroundings.sourceChanged(source);
    attempt.call.start();
  }

  /** The person stops sharing a screen in the browser's own bar: that is no failure. */
  private sourceEnded(attempt: Attempt, kind: MediaKind): void {
    const reason = trackEnded(kind, attempt.source?.isScreen === true);
    const isWished = kind === 'video' && attempt.source?.isScreen === true;
    this.end(attempt, isWished ? { kind: 'unpublished', reason } : { kind: 'failed', reason });
  }

  private callChanged(attempt: Attempt, state: CallState): void {
    if (attempt !== this.attempt) {
      return;
    }

    const { streamName } = attempt.call;
    switch (state.kind) {
      case 'asking':
        this.change({ kind: 'starting', streamName, step: 'gateway' });
        break;
      case 'waiting':
      case 'pending':
        this.change({ kind: 'starting', streamName, step: 'media' });
        break;
      case 'flowing':
        this.change({ kind: 'publishing', streamName, concern: state.concern });
        break;
      case 'renewing':
        this.change({ kind: 'reconnecting', streamName, reason: state.reason });
        break;
      case 'ended':
        this.end(
          attempt,
          state.isFailure ? { kind: 'failed', reason: state.reason ?? '' } : { kind: 'unpublished', reason: state.reason },
        );
        break;
    }
  }

  private end(attempt: Attempt, state: PublisherState): void {
    if (attempt !== this.attempt) {
      return;
    }

    this.attempt = null;
    this.released = Promise.all([this.released, attempt.call.stop()]).then(() => undefined);
    if (attempt.source !== null) {
      attempt.source.release();
      this.surroundings.sourceChanged(null);
    }

    this.change(state);
  }

  private change(state: PublisherState): void {
    this.current = state;
    this.surroundings.stateChanged(state);
  }
}
