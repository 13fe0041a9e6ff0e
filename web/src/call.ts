import { concernOf, type Leg, newLeg, noMediaReason, pathFailure } from './leg';
import type { PathState, Peer } from './peer';
import { pauseBefore, mayRecover, RETRIED_REFUSAL, STEADY_MILLISECONDS } from './recovery';
import { CONNECTION_LOST, hubFailure, messageOf, PlainError, refusalOf } from './reasons';
import type { ConnectionState, SessionAnswer, StreamStatus } from './types';

/** How long media may take to flow once the gateway's answer is there. */
export const MEDIA_MILLISECONDS = 20_000;

/** How long the media connection may take to come back after an ICE restart before everything is made anew. */
export const RESTART_MILLISECONDS = 8_000;

/** What a call asks of the signalling. */
export interface CallSignaling {
  established(): Promise<void>;
  resume(mediaSessionId: string): Promise<void>;
  restartIce(mediaSessionId: string, sdp: string): Promise<{ readonly sdp: string }>;
  /** Finds out whether the connection still carries anything; ends it when it does not, so that it is made anew. */
  probe(): void;
}

/** What makes publishing and playing different. */
export interface CallPlan<P extends Peer> {
  readonly signaling: CallSignaling;
  /** The gateway's addresses for media, named when none can be reached. */
  readonly mediaAddresses: () => readonly string[];
  openPeer(onPathState: (state: PathState) => void): P;
  ask(sdp: string): Promise<SessionAnswer>;
  giveBack(mediaSessionId: string): Promise<void>;
  stateChanged(state: CallState): void;
}

/** Where a call stands. */
export type CallState =
  | { readonly kind: 'asking' }
  | { readonly kind: 'waiting' }
  /** The gateway waits for somebody else. */
  | { readonly kind: 'pending'; readonly reason: string | null }
  | { readonly kind: 'flowing'; readonly concern: string | null }
  | { readonly kind: 'renewing'; readonly reason: string }
  | { readonly kind: 'ended'; readonly isFailure: boolean; readonly reason: string | null };

/**
 * One stream to or from the gateway, through whatever happens to networks and gateways: first an ICE restart of the running
 * session, then sessions made anew, with growing pauses, until it flows, the gateway refuses, or the tries are used up. There is one leg
 * at a time, and every way out of one goes through `drop`; what a dropped leg still brings home is thrown away and given back.
 */
export class MediaCall<P extends Peer> {
  private current: CallState = { kind: 'asking' };
  private leg: Leg<P> | null = null;
  private renewals = 0;
  private hasFlowed = false;
  private nameInForce: string;
  private pause: ReturnType<typeof setTimeout> | undefined;

  /** `released` is done when the gateway has let go of former streams. */
  constructor(
    private readonly plan: CallPlan<P>,
    streamName: string,
    private released: Promise<void> = Promise.resolve(),
  ) {
    this.nameInForce = streamName;
  }

  get state(): CallState {
    return this.current;
  }

  get streamName(): string {
    return this.nameInForce;
  }

  get peer(): P | null {
    return this.leg?.peer ?? null;
  }

  /** Null: the gateway holds nothing of this call. */
  get mediaSessionId(): string | null {
    return this.leg?.lease.kind === 'held' ? this.leg.lease.mediaSessionId : null;
  }

  start(): void {
    this.change({ kind: 'asking' });
    void this.begin();
  }

  /** Ends the call without a word; resolves when the gateway has let go of it or can no longer be asked. */
  stop(): Promise<void> {
    this.close();
    return this.released;
  }

  streamStatus(status: StreamStatus): void {
    const leg = this.leg;
    if (leg === null || leg.lease.kind === 'none') {
      return;
    }

    if (leg.lease.kind === 'asked') {
      leg.early.push(status);
    } else if (status.mediaSessionId === leg.lease.mediaSessionId) {
      this.take(leg, status);
    }
  }

  connectionChanged(connection: ConnectionState): void {
    const leg = this.leg;
    if (leg === null || leg.lease.kind !== 'held') {
      return;
    }

    switch (connection.kind) {
      case 'connecting':
        break;
      case 'established':
        if (leg.isSignalingLost) {
          void this.resume(leg, leg.lease.mediaSessionId);
        }

        break;
      case 'reconnecting':
        this.ride(leg);
        break;
      case 'disconnected':
      case 'failed':
        this.end(leg, true, CONNECTION_LOST);
        break;
    }
  }

  /** The machine is on another network, or on one again. */
  networkChanged(): void {
    if (this.leg?.wasConnected === true) {
      this.plan.signaling.probe();
      void this.restart(this.leg);
    }
  }

  private async begin(): Promise<void> {
    const leg = newLeg<P>();
    this.leg = leg;
    try {
      await this.run(leg);
    } catch (error) {
      this.startFailed(leg, error);
    }
  }

  private async run(leg: Leg<P>): Promise<void> {
    await this.released;
    await this.plan.signaling.established().catch((error: unknown) => {
      throw new PlainError(hubFailure(error));
    });
    if (this.isOver(leg)) {
      return;
    }

    const peer = this.plan.openPeer((state) => this.pathChanged(leg, state));
    leg.peer = peer;
    const offer = await peer.createOffer();
    if (this.isOver(leg)) {
      return;
    }

    const asked = this.plan.ask(offer);
    leg.lease = { kind: 'asked', answer: asked };
    const answer = await asked;
    if (this.isOver(leg)) {
      return;
    }

    leg.lease = { kind: 'held', mediaSessionId: answer.mediaSessionId };
    this.nameInForce = answer.streamName;
    this.awaitMedia(leg);
    for (const status of leg.early) {
      this.streamStatus(status);
    }

    if (!this.isOver(leg)) {
      await peer.acceptAnswer(answer.sdp).catch((error: unknown) => {
        throw new PlainError(`The browser could not use the gateway’s answer: ${messageOf(error)}`);
      });
    }
  }

  /** A refusal counts, except that of a name which our own lost session may still hold; everything else is worth another try. */
  private startFailed(leg: Leg<P>, error: unknown): void {
    const refusal = refusalOf(error);
    const words = error instanceof PlainError ? error.message : hubFailure(error);
    const isFinal = error instanceof PlainError || (refusal !== null && !RETRIED_REFUSAL.test(refusal));
    if (this.hasFlowed && !isFinal) {
      this.renew(leg, words);
    } else {
      this.end(leg, true, words);
    }
  }

  private awaitMedia(leg: Leg<P>): void {
    if (this.current.kind === 'asking') {
      this.change({ kind: 'waiting' });
    }

    leg.deadline = setTimeout(() => this.lose(leg, noMediaReason(leg, this.plan.mediaAddresses())), MEDIA_MILLISECONDS);
  }

  private take(leg: Leg<P>, status: StreamStatus): void {
    switch (status.status) {
      case 'PENDING':
        clearTimeout(leg.deadline);
        leg.isPending = true;
        this.change({ kind: 'pending', reason: status.reason });
        break;
      case 'PUBLISHING':
      case 'PLAYING':
        this.flows(leg);
        break;
      case 'UNPUBLISHED':
      case 'STOPPED':
        leg.lease = { kind: 'none' };
        this.end(leg, false, status.reason);
        break;
      case 'FAILED':
        leg.lease = { kind: 'none' };
        this.failed(leg, status.reason ?? 'The gateway ended the stream without giving a reason.');
        break;
    }
  }

  private flows(leg: Leg<P>): void {
    clearTimeout(leg.deadline);
    this.hasFlowed = true;
    leg.isPending = false;
    leg.flowingSince ??= Date.now();
    this.change({ kind: 'flowing', concern: concernOf(leg) });
  }

  private failed(leg: Leg<P>, reason: string): void {
    if (mayRecover(reason)) {
      this.lose(leg, reason);
    } else {
      this.end(leg, true, reason);
    }
  }

  private pathChanged(leg: Leg<P>, path: PathState): void {
    if (this.isOver(leg)) {
      return;
    }

    leg.path = path;
    leg.wasConnected ||= path === 'connected';
    if (path === 'connected' && leg.isRestarting) {
      leg.isRestarting = false;
      clearTimeout(leg.deadline);
      if (leg.flowingSince === null && !leg.isPending) {
        this.awaitMedia(leg);
      }
    }

    if (path === 'broken' && !leg.wasConnected) {
      this.lose(leg, pathFailure(leg, this.plan.mediaAddresses()));
    } else if (path === 'interrupted' || path === 'broken') {
      void this.restart(leg);
    }

    this.review(leg);
  }

  /** New ICE credentials on the running session: the media go on over the new path with the same keys. */
  private async restart(leg: Leg<P>): Promise<void> {
    // Without signalling there is nobody to ask; `resume` takes it up.
    if (this.isOver(leg) || leg.isRestarting || leg.isSignalingLost || leg.lease.kind !== 'held' || leg.peer === null) {
      return;
    }

    const { mediaSessionId } = leg.lease;
    leg.isRestarting = true;
    this.review(leg);
    clearTimeout(leg.deadline);
    leg.deadline = setTimeout(() => this.restartIsOver(leg), RESTART_MILLISECONDS);
    try {
      this.plan.signaling.probe();
      const answer = await this.plan.signaling.restartIce(mediaSessionId, await leg.peer.createRestartOffer());
      if (!this.isOver(leg)) {
        await leg.peer.acceptAnswer(answer.sdp);
      }
    } catch (error) {
      if (refusalOf(error) !== null && leg.path !== 'connected') {
        this.lose(leg, pathFailure(leg, this.plan.mediaAddresses()));
      }
    }
  }

  /** A path that never went away needs no news of its return. */
  private restartIsOver(leg: Leg<P>): void {
    leg.isRestarting = false;
    if (leg.path === 'connected') {
      this.review(leg);
      if (this.current.kind === 'waiting' || this.current.kind === 'renewing') {
        this.lose(leg, noMediaReason(leg, this.plan.mediaAddresses()));
      }
    } else {
      this.lose(leg, pathFailure(leg, this.plan.mediaAddresses()));
    }
  }

  /** Media may go on without signalling, for as long as the gateway waits for this page to come back. */
  private ride(leg: Leg<P>): void {
    if (leg.flowingSince === null && !leg.isPending) {
      this.lose(leg, CONNECTION_LOST); // The word that media flow could be missed.
      return;
    }

    leg.isSignalingLost = true;
    this.review(leg);
  }

  private async resume(leg: Leg<P>, mediaSessionId: string): Promise<void> {
    try {
      await this.plan.signaling.resume(mediaSessionId);
      if (this.isOver(leg)) {
        return;
      }

      leg.isSignalingLost = false;
      this.review(leg);
      if (leg.wasConnected && leg.path !== 'connected') {
        leg.isRestarting = false;
        void this.restart(leg);
      }
    } catch (error) {
      // Lost once more: the next connection asks again.
      const words = hubFailure(error);
      if (words !== CONNECTION_LOST) {
        this.lose(leg, words);
      }
    }
  }

  /** The leg is gone. A stream that has flowed is taken up again. */
  private lose(leg: Leg<P>, reason: string): void {
    if (this.hasFlowed || leg.isPending) {
      this.renew(leg, reason);
    } else {
      this.end(leg, true, reason);
    }
  }

  private renew(leg: Leg<P>, reason: string): void {
    if (this.isOver(leg)) {
      return;
    }

    if (leg.flowingSince !== null && Date.now() - leg.flowingSince >= STEADY_MILLISECONDS) {
      this.renewals = 0;
    }

    const milliseconds = pauseBefore(this.renewals++);
    if (milliseconds === null) {
      this.end(leg, true, reason);
      return;
    }

    this.hasFlowed = true;
    this.drop(leg);
    this.change({ kind: 'renewing', reason });
    this.pause = setTimeout(() => void this.begin(), milliseconds);
  }

  /** Says what is wrong, or no longer wrong, with a stream that flows. */
  private review(leg: Leg<P>): void {
    if (this.isOver(leg) || this.current.kind !== 'flowing') {
      return;
    }

    const concern = concernOf(leg);
    if (concern !== this.current.concern) {
      this.change({ kind: 'flowing', concern });
    }
  }

  private end(leg: Leg<P>, isFailure: boolean, reason: string | null): void {
    if (!this.isOver(leg)) {
      this.close();
      this.change({ kind: 'ended', isFailure, reason });
    }
  }

  private close(): void {
    clearTimeout(this.pause);
    if (this.leg !== null) {
      this.drop(this.leg);
    }
  }

  private drop(leg: Leg<P>): void {
    this.leg = null;
    clearTimeout(leg.deadline);
    leg.peer?.close();
    this.released = Promise.all([this.released, this.giveBack(leg)]).then(() => undefined);
  }

  /** Lets the gateway forget the session; one that can no longer be asked ends it by itself. */
  private async giveBack({ lease }: Leg<P>): Promise<void> {
    const held = lease.kind === 'asked' ? await lease.answer.catch(() => null) : lease;
    if (held !== null && 'mediaSessionId' in held) {
      await this.plan.giveBack(held.mediaSessionId).catch(() => undefined);
    }
  }

  private isOver(leg: Leg<P>): boolean {
    return leg !== this.leg;
  }

  private change(state: CallState): void {
    this.current = state;
    this.plan.stateChanged(state);
  }
}
