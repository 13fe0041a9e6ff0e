/** A stream that is live now, as the gateway lists it for everybody. */
export interface LiveStream {
  readonly application: string;
  readonly name: string;
  readonly viewers: number;
  readonly publishedSeconds: number;
  readonly width: number | null;
  readonly height: number | null;
  /** Where its newest picture is, on this gateway; null: it has none. */
  readonly snapshot: string | null;
}

/** How often the list is asked for while the page is visible. */
export const LIST_MILLISECONDS = 5000;

/** What the list needs from around it. */
export interface LiveListSurroundings {
  /** The list; null: the gateway keeps none. Fails where the gateway cannot be reached. */
  fetchList(): Promise<unknown>;
  isVisible(): boolean;
  /** What is live; empty also where the gateway does not tell. */
  changed(streams: readonly LiveStream[]): void;
}

/** Asks who is live, again and again. */
export class LiveList {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isRunning = false;

  constructor(private readonly surroundings: LiveListSurroundings) {}

  /** Begins to ask, at once. */
  start(): void {
    if (!this.isRunning) {
      this.isRunning = true;
      void this.ask();
    }
  }

  stop(): void {
    this.isRunning = false;
    clearTimeout(this.timer);
  }

  private async ask(): Promise<void> {
    if (this.surroundings.isVisible()) {
      const list = await this.surroundings.fetchList().catch(() => undefined);
      if (!this.isRunning) {
        return;
      }

      this.surroundings.changed(readLiveList(list));
      if (list === null) {
        this.isRunning = false;
        return;
      }
    }

    this.timer = setTimeout(() => void this.ask(), LIST_MILLISECONDS);
  }
}

/** Reads the gateway's list; what is not as it should be is left out. */
export function readLiveList(list: unknown): readonly LiveStream[] {
  const streams = isRecord(list) ? list['streams'] : null;
  return Array.isArray(streams) ? streams.map(readStream).filter((stream) => stream !== null) : [];
}

/** Gets the list of the gateway that this page is from. */
export async function fetchLiveList(page: URL): Promise<unknown> {
  const answer = await fetch(new URL('./live-streams', page), { headers: { accept: 'application/json' } });
  if (answer.ok) {
    return answer.json();
  }

  if (answer.status === 404) {
    return null;
  }

  throw new Error(`The gateway answers with status ${answer.status}.`);
}

function readStream(stream: unknown): LiveStream | null {
  if (!isRecord(stream)) {
    return null;
  }

  const { application, name, viewers, publishedSeconds, width, height, snapshot } = stream;
  return typeof application === 'string' && typeof name === 'string'
    ? {
        application,
        name,
        viewers: numberOr(viewers, 0),
        publishedSeconds: numberOr(publishedSeconds, 0),
        width: numberOr(width, null),
        height: numberOr(height, null),
        snapshot: typeof snapshot === 'string' && snapshot.startsWith('/') && !snapshot.startsWith('//') ? snapshot : null,
      }
    : null;
}

function numberOr<Other>(value: unknown, other: Other): number | Other {
  return typeof value === 'number' && Number.isFinite(value) ? value : other;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
