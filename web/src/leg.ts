import type { PathState, Peer } from './peer';
import { CONNECTION_LOST, mediaPathFailure } from './reasons';
import type { SessionAnswer, StreamStatus } from './types';

/** What the gateway holds for a leg. */
export type Lease =
  | { readonly kind: 'none' }
  | { readonly kind: 'asked'; readonly answer: Promise<SessionAnswer> }
  | { readonly kind: 'held'; readonly mediaSessionId: string };

/** One media session with its peer: a call has one at a time. */
export interface Leg<P extends Peer> {
  peer: P | null;
  lease: Lease;
  path: PathState;
  wasConnected: boolean;
  isSignalingLost: boolean;
  isRestarting: boolean;
  /** The gateway waits for a publisher. */
  isPending: boolean;
  /** Null: no media have flowed yet. */
  flowingSince: number | null;
  /** Statuses that came before the answer which says whose they are. */
  readonly early: StreamStatus[];
  /** Ends the leg when something that is waited for does not come. */
  deadline: ReturnType<typeof setTimeout> | undefined;
}

export function newLeg<P extends Peer>(): Leg<P> {
  return {
    peer: null,
    lease: { kind: 'none' },
    path: 'connecting',
    wasConnected: false,
    isSignalingLost: false,
    isRestarting: false,
    isPending: false,
    flowingSince: null,
    early: [],
    deadline: undefined,
  };
}

/** What is wrong with a stream that may still recover; null: nothing. */
export function concernOf(leg: Leg<Peer>): string | null {
  if (leg.isSignalingLost) {
    return `Reconnecting: ${CONNECTION_LOST} The stream may still be running.`;
  }

  const isInterrupted = leg.path === 'interrupted' || leg.path === 'broken' || (leg.isRestarting && leg.path !== 'connected');
  return isInterrupted ? 'Reconnecting: the media connection is interrupted.' : null;
}

/** Why the path to the gateway failed. */
export function pathFailure(leg: Leg<Peer>, mediaAddresses: readonly string[]): string {
  const candidates = leg.peer?.candidates ?? [];
  return mediaPathFailure(candidates.length > 0 ? candidates : mediaAddresses, leg.wasConnected);
}

/** Why no media flowed in time. */
export function noMediaReason(leg: Leg<Peer>, mediaAddresses: readonly string[]): string {
  return leg.wasConnected
    ? 'The media connection to the gateway stands, but no picture or sound goes over it.'
    : pathFailure(leg, mediaAddresses);
}
