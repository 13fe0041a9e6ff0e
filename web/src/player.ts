import { type CallSignaling, type CallState, MediaCall } from './call';
import { parseStreamName, playedNameProblem } from './names';
import type { PathState } from './peer';
import type { ReceivingPeer } from './receiving-peer';
import { isPublisherGone } from './recovery';
import type { StatsSource } from './stats/entries';
import type {
  Availability,
  ConnectionState,
  GatewayFigures,
  PlayerState,
  SessionAnswer,
  SessionRequest,
  StreamStatus,
} from './types';

/** Pauses between looks whether a stream is back; the last one repeats. */
const LOOK_MILLISECONDS: readonly number[] = [500, 1000, 1000, 2000, 2000, 5000];

/** How long a stream that has gone is waited for. */
export const RETURN_MILLISECONDS = 1_800_000;

/** What the player asks of the signalling. */
export interface PlayerSignaling extends CallSignaling {
  play(request: SessionRequest): Promise<SessionAnswer>;
  stop(mediaSessionId: string): Promise<void>;
  available(streamName: string, parameters: Readonly<Record<string, string>>): Promise<Availability>;
  figures(mediaSessionId: string): Promise<GatewayFigures | null>;
  setQuality(mediaSessionId: string, quality: string): Promise<void>;
}

/** What the player needs from around it. */
export interface PlayerSurroundings {
  readonly signaling: PlayerSignaling;
  readonly mediaAddresses: () => readonly string[];
  /** Says in words why this browser cannot play; null: it can. */
  receivingProblem(): string | null;
  openPeer(onPathState: (state: PathState) => void): ReceivingPeer;
  stateChanged(state: PlayerState): void;
  /** The stream to show; null: none. */
  pictureChanged(stream: MediaStream | null): void;
}

/** One wish to play, from the click to Stop: its call is made anew when the stream comes back. */
interface Attempt {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether a stream that is not there is waited for. */
  waits: boolean;
  call: MediaCall<ReceivingPeer> | null;
  shown: MediaStream | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Plays one stream at a time; when its publisher stops, goes on by itself as soon as the name is published again. */
export class Player {
  private current: PlayerState = { kind: 'ready' };
  private attempt: Attempt | null = null;
  /** The level that was chosen while this stream plays; null: as its parameters say. */
  private quality: string | null = null;
  private released: Promise<void> = Promise.resolve();

  constructor(private readonly surroundings: PlayerSurroundings) {}

  get state(): PlayerState {
    return this.current;
  }

  get peer(): ReceivingPeer | null {
    return this.attempt?.call?.peer ?? null;
  }

  /** Null: the gateway has no session of this player. */
  get mediaSessionId(): string | null {
    return this.attempt?.call?.mediaSessionId ?? null;
  }

  /** Starts playing `name` or `name?parameters`. `waits`: a stream that is not there yet is no failure. */
  play(streamName: string, waits = false): void {
    if (this.attempt !== null || this.current.kind === 'stopping') {
      return;
    }

    const { name, parameters } = parseStreamName(streamName);
    const problem = playedNameProblem(name) ?? this.surroundings.receivingProblem();
    if (problem !== null) {
      this.change({ kind: 'failed', reason: problem });
      return;
    }

    const attempt: Attempt = { name, parameters, waits, call: null, shown: null, timer: undefined };
    this.attempt = attempt;
    this.quality = null;
    this.call(attempt);
  }

  /** Goes over to another level of the stream, now and whenever it has to be called anew. */
  chooseQuality(quality: string): void {
    this.quality = quality;
    const { mediaSessionId } = this;
    if (mediaSessionId !== null) {
      // What became of it a notice says.
      void this.surroundings.signaling.setQuality(mediaSessionId, quality).catch(() => undefined);
    }
  }

  /** Stops playing, starting to, or waiting; resolves when the gateway has let go of the session. */
  async stop(): Promise<void> {
    const attempt = this.attempt;
    if (attempt === null) {
      return;
    }

    this.end(attempt, { kind: 'stopping', streamName: attempt.name });
    await this.released;
    this.change({ kind: 'stopped', reason: null });
  }

  streamStatus(status: StreamStatus): void {
    this.attempt?.call?.streamStatus(status);
  }

  connectionChanged(connection: ConnectionState): void {
    const attempt = this.attempt;
    attempt?.call?.connectionChanged(connection);
    const isGone = connection.kind === 'disconnected' || connection.kind === 'failed';
    if (isGone && attempt !== null && attempt === this.attempt && attempt.call === null) {
      this.end(attempt, { kind: 'stopped', reason: null });
    }
  }

  networkChanged(): void {
    this.attempt?.call?.networkChanged();
  }

  /** The browser's statistics; null: nothing is being received. */
  readStats(): Promise<StatsSource> | null {
    return this.peer?.readStats() ?? null;
  }

  private call(attempt: Attempt): void {
    const { signaling } = this.surroundings;
    const { name, parameters } = attempt;
    attempt.call = new MediaCall<ReceivingPeer>(
      {
        signaling,
        mediaAddresses: this.surroundings.mediaAddresses,
        openPeer: (onPathState) => this.surroundings.openPeer(onPathState),
        ask: (sdp) =>
          signaling.play({
            streamName: name,
            sdp,
            parameters: this.quality === null ? parameters : { ...parameters, quality: this.quality },
          }),
        giveBack: (mediaSessionId) => signaling.stop(mediaSessionId),
        stateChanged: (state) => this.callChanged(attempt, state),
      },
      name,
      this.released,
    );
    attempt.call.start();
  }

  private callChanged(attempt: Attempt, state: CallState): void {
    if (attempt !== this.attempt) {
      return;
    }

    const streamName = attempt.call?.streamName ?? attempt.name;
    switch (state.kind) {
      case 'asking':
        if (this.current.kind !== 'paused' && this.current.kind !== 'pending') {
          this.change({ kind: 'starting', streamName, step: 'gateway' });
        }

        break;
      case 'waiting':
        this.change({ kind: 'starting', streamName, step: 'media' });
        break;
      case 'pending':
        this.change({ kind: 'pending', streamName, reason: state.reason });
        break;
      case 'flowing':
        attempt.waits = true;
        this.show(attempt, attempt.call?.peer?.stream ?? null);
        this.change({ kind: 'playing', streamName, concern: state.concern });
        break;
      case 'renewing':
        // The last picture stays until the new one comes.
        this.change({ kind: 'reconnecting', streamName, reason: state.reason });
        break;
      case 'ended':
        this.callEnded(attempt, state.isFailure, state.reason);
        break;
    }
  }

  private callEnded(attempt: Attempt, isFailure: boolean, reason: string | null): void {
    if (attempt.waits && isPublisherGone(reason)) {
      this.await(attempt, reason);
    } else {
      this.end(attempt, isFailure ? { kind: 'failed', reason: reason ?? '' } : { kind: 'stopped', reason });
    }
  }

  /** Looks now and then whether the stream is there. */
  private await(attempt: Attempt, reason: string | null): void {
    this.releaseCall(attempt);
    this.show(attempt, null);
    const hasPlayed = this.current.kind !== 'starting' && this.current.kind !== 'pending' && this.current.kind !== 'ready';
    this.change(
      hasPlayed
        ? { kind: 'paused', streamName: attempt.name, reason }
        : { kind: 'pending', streamName: attempt.name, reason },
    );
    this.look(attempt, 0, Date.now() + RETURN_MILLISECONDS);
  }

  private look(attempt: Attempt, count: number, end: number): void {
    attempt.timer = setTimeout(() => {
      void this.isBack(attempt).then((isBack) => {
        if (attempt !== this.attempt) {
          return;
        }

        if (isBack) {
          this.call(attempt);
        } else if (Date.now() < end) {
          this.look(attempt, count + 1, end);
        } else {
          this.end(attempt, { kind: 'stopped', reason: 'The stream did not come back.' });
        }
      });
    }, LOOK_MILLISECONDS[Math.min(count, LOOK_MILLISECONDS.length - 1)]);
  }

  private async isBack({ name, parameters }: Attempt): Promise<boolean> {
    try {
      await this.surroundings.signaling.established();
      return (await this.surroundings.signaling.available(name, parameters)).available;
    } catch {
      return false; // Whatever is wrong: it shows when the stream is asked for, or at the next look.
    }
  }

  private end(attempt: Attempt, state: PlayerState): void {
    if (attempt !== this.attempt) {
      return;
    }

    this.attempt = null;
    clearTimeout(attempt.timer);
    this.releaseCall(attempt);
    this.show(attempt, null);
    this.change(state);
  }

  private releaseCall(attempt: Attempt): void {
    const { call } = attempt;
    attempt.call = null;
    if (call !== null) {
      this.released = Promise.all([this.released, call.stop()]).then(() => undefined);
    }
  }

  private show(attempt: Attempt, stream: MediaStream | null): void {
    if (attempt.shown !== stream) {
      attempt.shown = stream;
      this.surroundings.pictureChanged(stream);
    }
  }

  private change(state: PlayerState): void {
    this.current = state;
    this.surroundings.stateChanged(state);
  }
}
