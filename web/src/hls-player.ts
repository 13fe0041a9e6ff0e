import { parseStreamName, playedNameProblem } from './names';
import { NO_FIGURES } from './stats/figures';
import type { LiveFigures, PlayerState } from './types';

/** How long after a failure the stream is asked for again. */
export const RETRY_MILLISECONDS = 2000;

/** A playlist that a video element plays. */
export interface HlsAttachment {
  /** How far behind the live edge the picture is, in seconds; null: not known. */
  latencySeconds(): number | null;
  detach(): void;
}

/** Lets a video element play a playlist; `failed` is told at most once, in words, and the attachment is of no use any more. */
export type AttachHls = (video: HTMLVideoElement, address: string, failed: (reason: string) => void) => HlsAttachment;

/** What the player needs from around it. */
export interface HlsPlayerSurroundings {
  readonly video: HTMLVideoElement;
  readonly attach: AttachHls;
  /** Where a stream's playlist is. */
  address(streamName: string, parameters: Readonly<Record<string, string>>): string;
  stateChanged(state: PlayerState): void;
  /** Whether the video element has something to show. */
  pictureChanged(isShown: boolean): void;
}

/** One wish to play, from the click to Stop. */
interface Attempt {
  readonly name: string;
  readonly address: string;
  hasPlayed: boolean;
  attachment: HlsAttachment | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Plays one stream over HLS; when it stops, goes on by itself as soon as the stream is there again. */
export class HlsPlayer {
  private current: PlayerState = { kind: 'ready' };
  private attempt: Attempt | null = null;

  constructor(private readonly surroundings: HlsPlayerSurroundings) {
    surroundings.video.addEventListener('playing', () => this.playing());
    surroundings.video.addEventListener('ended', () => this.ended());
  }

  get state(): PlayerState {
    return this.current;
  }

  /** Starts playing `name` or `name?parameters`. */
  play(streamName: string): void {
    if (this.attempt !== null) {
      return;
    }

    const { name, parameters } = parseStreamName(streamName);
    const problem = playedNameProblem(name);
    if (problem !== null) {
      this.change({ kind: 'failed', reason: problem });
      return;
    }

    this.attempt = { name, address: this.surroundings.address(name, parameters), hasPlayed: false, attachment: null, timer: undefined };
    this.change({ kind: 'starting', streamName: name, step: 'media' });
    this.attach(this.attempt);
  }

  stop(): void {
    if (this.attempt !== null) {
      this.end({ kind: 'stopped', reason: null });
    }
  }

  /** What is known of the picture; null: nothing is played. */
  figures(): LiveFigures | null {
    const attachment = this.attempt?.attachment ?? null;
    if (attachment === null || this.current.kind !== 'playing') {
      return null;
    }

    const { videoWidth, videoHeight } = this.surroundings.video;
    const latency = attachment.latencySeconds();
    return {
      ...NO_FIGURES,
      width: videoWidth === 0 ? null : videoWidth,
      height: videoHeight === 0 ? null : videoHeight,
      delayMilliseconds: latency === null ? null : latency * 1000,
    };
  }

  private attach(attempt: Attempt): void {
    attempt.attachment = this.surroundings.attach(this.surroundings.video, attempt.address, (reason) => this.failed(attempt, reason));
    this.surroundings.pictureChanged(true);
  }

  private playing(): void {
    const { attempt } = this;
    if (attempt !== null && attempt.attachment !== null) {
      attempt.hasPlayed = true;
      this.change({ kind: 'playing', streamName: attempt.name, concern: null });
    }
  }

  private ended(): void {
    if (this.attempt !== null) {
      this.end({ kind: 'stopped', reason: 'The stream has ended.' });
    }
  }

  /** A stream that was there is waited for; one that never was has failed. */
  private failed(attempt: Attempt, reason: string): void {
    if (attempt !== this.attempt) {
      return;
    }

    if (!attempt.hasPlayed) {
      this.end({ kind: 'failed', reason });
      return;
    }

    this.release(attempt);
    this.change({ kind: 'paused', streamName: attempt.name, reason });
    attempt.timer = setTimeout(() => this.attach(attempt), RETRY_MILLISECONDS);
  }

  private end(state: PlayerState): void {
    const { attempt } = this;
    this.attempt = null;
    if (attempt !== null) {
      clearTimeout(attempt.timer);
      this.release(attempt);
    }

    this.change(state);
  }

  private release(attempt: Attempt): void {
    attempt.attachment?.detach();
    attempt.attachment = null;
    this.surroundings.pictureChanged(false);
  }

  private change(state: PlayerState): void {
    this.current = state;
    this.surroundings.stateChanged(state);
  }
}
