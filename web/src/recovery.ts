/** A stream that has flowed for so long had recovered: the next trouble has all its tries again. */
export const STEADY_MILLISECONDS = 30_000;

/** Our own lost session may hold the name until the gateway notices its loss; the pauses together outlast that. */
export const RETRIED_REFUSAL = /already in use|too many streams/i;

/** Pauses before each new session for a stream that was lost. */
const PAUSES: readonly number[] = [0, 500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000];

/** Ends for which another try would be wrong: somebody or something has decided so. */
const FINAL = /taken over|No common codecs|Restricted access|\/terminate|Stopped by user|Transcoding required|No available transcoders/i;

/** How long to wait before a try, counted from 0; null: no further one. */
export function pauseBefore(renewal: number): number | null {
  return PAUSES[renewal] ?? null;
}

/** Whether a session that the gateway ended with this reason is worth being made anew. */
export function mayRecover(reason: string): boolean {
  return !FINAL.test(reason);
}

/** Whether this is the end of a stream whose publisher has gone, and may come back. */
export function isPublisherGone(reason: string | null): boolean {
  return reason !== null && /publisher (stop|has|is|was|left|lost)|Stream not found|stream is not ready|not found/i.test(reason);
}
