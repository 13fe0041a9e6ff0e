import { type Attempt, concernOf, type Lease, newAttempt, noMediaReason, pathFailure } from './attempt';
import { parseStreamName, streamNameProblem } from './names';
import type { PathState, Peer } from './peer';
import { CONNECTION_LOST, hubFailure, messageOf, PlainError, trackEnded } from './reasons';
import type {
  ConnectionState,
  DeviceSelection,
  LiveFigures,
  PublishAnswer,
  PublisherState,
  PublishRequest,
  StartStep,
  StreamStatus,
} from './types';

/** How long media may take to reach the gateway once its answer is there. */
export const MEDIA_MILLISECONDS = 20_000;

/** How long the gateway keeps a stream whose signalling connection has gone. */
export const GRACE_MILLISECONDS = 10_000;

/** What the publisher asks of the signalling. */
export interface PublisherSignaling {
  established(): Promise<void>;
  publish(request: PublishRequest): Promise<PublishAnswer>;
  unpublish(mediaSessionId: string): Promise<void>;
  resume(mediaSessionId: string): Promise<void>;
}

/** What the publisher needs from around it. */
export interface PublisherSurroundings {
  readonly signaling: PublisherSignaling;
  /** Says in words why this browser cannot publish; null: it can. */
  sendingProblem(sendsVideo: boolean): string | null;
  openDevices(selection: DeviceSelection): Promise<MediaStream>;
  releaseDevices(stream: MediaStream): void;
  openPeer(stream: MediaStream, onPathState: (state: PathState) => void): Peer;
  /** The state has changed. */
  stateChanged(state: PublisherState): void;
  /** The stream to show as a preview; null: none. */
  previewChanged(stream: MediaStream | null): void;
}

/**
 * Publishes one stream at a time. Every way out of an attempt goes through `end`, which frees the devices, closes the peer and
 * gives the name back; what an ended attempt still brings home is thrown away.
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

  /** Starts publishing `name` or `name?parameters`; does nothing while a stream is being published or stopped. */
  async publish(streamName: string, selection: DeviceSelection): Promise<void> {
    if (this.attempt !== null || this.current.kind === 'stopping') {
      return;
    }

    const named = parseStreamName(streamName);
    const problem = streamNameProblem(named.name) ?? this.surroundings.sendingProblem(selection.camera.kind !== 'none');
    if (problem !== null) {
      this.change({ kind: 'failed', reason: problem });
      return;
    }

    const attempt = newAttempt(named);
    this.attempt = attempt;
    try {
      await this.start(attempt, selection);
    } catch (error) {
      this.fail(attempt, error instanceof PlainError ? error.message : `Publishing could not be started: ${messageOf(error)}`);
    }
  }

  /** Stops publishing, or starting to; resolves when the gateway has let go of the stream or can no longer be asked. */
  async stop(): Promise<void> {
    const attempt = this.attempt;
    if (attempt === null) {
      return;
    }

    this.end(attempt, { kind: 'stopping', streamName: attempt.streamName });
    await this.released;
    this.change({ kind: 'unpublished', reason: null });
  }

  /** The gateway reports how a stream fares. */
  streamStatus(status: StreamStatus): void {
    const attempt = this.attempt;
    if (attempt === null) {
      return;
    }

    if (attempt.lease.kind === 'asked') {
      attempt.early.push(status);
      return;
    }

    if (attempt.lease.kind === 'none' || status.mediaSessionId !== attempt.lease.mediaSessionId) {
      return;
    }

    switch (status.status) {
      case 'PUBLISHING':
        if (this.current.kind === 'starting') {
          clearTimeout(attempt.deadline);
          this.change({ kind: 'publishing', streamName: attempt.streamName, concern: concernOf(attempt) });
        }

        break;
      case 'UNPUBLISHED':
        attempt.lease = { kind: 'none' };
        this.end(attempt, { kind: 'unpublished', reason: status.reason });
        break;
      case 'FAILED':
        attempt.lease = { kind: 'none' };
        this.fail(attempt, status.reason ?? 'The gateway ended the stream without giving a reason.');
        break;
    }
  }

  /** The signalling connection has changed. */
  connectionChanged(connection: ConnectionState): void {
    const attempt = this.attempt;
    if (attempt === null || attempt.lease.kind !== 'held') {
      return;
    }

    switch (connection.kind) {
      case 'connecting':
        break;
      case 'established':
        void this.resume(attempt, attempt.lease.mediaSessionId);
        break;
      case 'reconnecting':
        this.ride(attempt);
        break;
      case 'disconnected':
      case 'failed':
        this.fail(attempt, CONNECTION_LOST);
        break;
    }
  }

  /** Live figures; null: nothing is being sent. */
  async readFigures(): Promise<LiveFigures | null> {
    const peer = this.attempt?.peer;
    const figures = (await peer?.readFigures()) ?? null;
    return peer === this.attempt?.peer ? figures : null;
  }

  private async start(attempt: Attempt, selection: DeviceSelection): Promise<void> {
    this.step(attempt, 'devices');
    const stream = await this.surroundings.openDevices(selection);
    if (this.hasEnded(attempt)) {
      this.surroundings.releaseDevices(stream);
      return;
    }

    this.adopt(attempt, stream);
    this.step(attempt, 'gateway');
    const peer = this.surroundings.openPeer(stream, (state) => this.pathChanged(attempt, state));
    attempt.peer = peer;
    const sdp = await peer.createOffer();
    await this.released;
    await this.surroundings.signaling.established().catch(refuse);
    if (this.hasEnded(attempt)) {
      return;
    }

    const asked = this.surroundings.signaling.publish({ streamName: attempt.streamName, sdp, parameters: attempt.parameters });
    attempt.lease = { kind: 'asked', answer: asked };
    const answer = await asked.catch(refuse);
    if (this.hasEnded(attempt)) {
      return;
    }

    attempt.lease = { kind: 'held', mediaSessionId: answer.mediaSessionId };
    attempt.streamName = answer.streamName;
    this.step(attempt, 'media');
    attempt.deadline = setTimeout(() => this.fail(attempt, noMediaReason(attempt)), MEDIA_MILLISECONDS);
    for (const status of attempt.early) {
      this.streamStatus(status);
    }

    if (!this.hasEnded(attempt)) {
      await peer.acceptAnswer(answer.sdp).catch((error: unknown) => {
        throw new PlainError(`The browser could not use the gateway’s answer: ${messageOf(error)}`);
      });
    }
  }

  /** The devices are the attempt's from here on. */
  private adopt(attempt: Attempt, stream: MediaStream): void {
    attempt.stream = stream;
    for (const track of stream.getTracks()) {
      track.addEventListener('ended', () => this.fail(attempt, trackEnded(track.kind)));
    }

    this.surroundings.previewChanged(stream);
  }

  private pathChanged(attempt: Attempt, path: PathState): void {
    attempt.path = path;
    attempt.wasConnected ||= path === 'connected';
    if (path === 'broken') {
      this.fail(attempt, pathFailure(attempt));
      return;
    }

    this.reviewConcern(attempt);
  }

  /** Media may go on without signalling, for as long as the gateway waits for this page to come back. */
  private ride(attempt: Attempt): void {
    if (this.current.kind !== 'publishing') {
      this.fail(attempt, CONNECTION_LOST);
      return;
    }

    attempt.isSignalingLost = true;
    this.reviewConcern(attempt);
    clearTimeout(attempt.deadline);
    attempt.deadline = setTimeout(() => {
      this.fail(attempt, `${CONNECTION_LOST} It did not come back within ${GRACE_MILLISECONDS / 1000} s, so the stream has ended.`);
    }, GRACE_MILLISECONDS);
  }

  private async resume(attempt: Attempt, mediaSessionId: string): Promise<void> {
    try {
      await this.surroundings.signaling.resume(mediaSessionId);
      attempt.isSignalingLost = false;
      clearTimeout(attempt.deadline);
      this.reviewConcern(attempt);
    } catch (error) {
      this.fail(attempt, hubFailure(error));
    }
  }

  private step(attempt: Attempt, step: StartStep): void {
    this.change({ kind: 'starting', streamName: attempt.streamName, step });
  }

  /** Says what is wrong, or no longer wrong, with a stream that is being published. */
  private reviewConcern(attempt: Attempt): void {
    if (this.hasEnded(attempt) || this.current.kind !== 'publishing') {
      return;
    }

    const concern = concernOf(attempt);
    if (concern !== this.current.concern) {
      this.change({ kind: 'publishing', streamName: attempt.streamName, concern });
    }
  }

  private fail(attempt: Attempt, reason: string): void {
    this.end(attempt, { kind: 'failed', reason });
  }

  private end(attempt: Attempt, state: PublisherState): void {
    if (this.hasEnded(attempt)) {
      return;
    }

    this.attempt = null;
    clearTimeout(attempt.deadline);
    attempt.peer?.close();
    if (attempt.stream !== null) {
      this.surroundings.releaseDevices(attempt.stream);
      this.surroundings.previewChanged(null);
    }

    this.released = Promise.all([this.released, this.giveBack(attempt.lease)]).then(() => undefined);
    this.change(state);
  }

  /** Lets the gateway forget the stream; one that can no longer be asked ends it by itself. */
  private async giveBack(lease: Lease): Promise<void> {
    const held = lease.kind === 'asked' ? await lease.answer.catch(() => null) : lease;
    if (held !== null && 'mediaSessionId' in held) {
      await this.surroundings.signaling.unpublish(held.mediaSessionId).catch(() => undefined);
    }
  }

  private hasEnded(attempt: Attempt): boolean {
    return attempt !== this.attempt;
  }

  private change(state: PublisherState): void {
    this.current = state;
    this.surroundings.stateChanged(state);
  }
}

function refuse(error: unknown): never {
  throw new PlainError(hubFailure(error));
}
