import type { NamedStream } from './names';
import type { PathState, Peer } from './peer';
import { CONNECTION_LOST, mediaPathFailure } from './reasons';
import type { PublishAnswer, StreamStatus } from './types';

/** What the gateway holds for an attempt. */
export type Lease =
  | { readonly kind: 'none' }
  | { readonly kind: 'asked'; readonly answer: Promise<PublishAnswer> }
  | { readonly kind: 'held'; readonly mediaSessionId: string };

/** One try to publish, from the click to its end; owns the devices and the peer. */
export interface Attempt {
  /** The name in force: the gateway may give another one than was asked for. */
  streamName: string;
  readonly parameters: Readonly<Record<string, string>>;
  stream: MediaStream | null;
  peer: Peer | null;
  lease: Lease;
  path: PathState;
  wasConnected: boolean;
  isSignalingLost: boolean;
  /** Statuses that came before the answer which says whose they are. */
  readonly early: StreamStatus[];
  /** Ends the attempt when something that is waited for does not come. */
  deadline: ReturnType<typeof setTimeout> | undefined;
}

export function newAttempt({ name, parameters }: NamedStream): Attempt {
  return {
    streamName: name,
    parameters,
    stream: null,
    peer: null,
    lease: { kind: 'none' },
    path: 'connecting',
    wasConnected: false,
    isSignalingLost: false,
    early: [],
    deadline: undefined,
  };
}

/** What is wrong with a stream that may still recover; null: nothing. */
export function concernOf(attempt: Attempt): string | null {
  if (attempt.isSignalingLost) {
    return `${CONNECTION_LOST} The stream may still be running; connecting again…`;
  }

  return attempt.path === 'interrupted' ? 'The media connection is interrupted; waiting for it to come back.' : null;
}

/** Why the path to the gateway failed. */
export function pathFailure(attempt: Attempt): string {
  return mediaPathFailure(attempt.peer?.candidates ?? [], attempt.wasConnected);
}

/** Why no media reached the gateway in time. */
export function noMediaReason(attempt: Attempt): string {
  return attempt.wasConnected
    ? 'The gateway is connected but receives no picture or sound from this browser.'
    : pathFailure(attempt);
}
