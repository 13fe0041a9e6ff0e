import type { PlayerState } from './types';

/** How a stream reaches the page: with the least delay, or over HTTP with a past to seek back in. */
export type PlayingWay = 'webrtc' | 'hls';

/** Whether something is played, or about to be: then the button says Stop. */
export function isBusy(state: PlayerState): boolean {
  return state.kind !== 'ready' && state.kind !== 'stopped' && state.kind !== 'failed';
}
