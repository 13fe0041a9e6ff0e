import type { StreamNotice } from './types';

/** What the gateway has to say about one session, at most one text for each code. */
export class Notices {
  private readonly texts = new Map<string, string>();

  constructor(private readonly changed: (texts: readonly string[]) => void) {}

  take({ code, text }: StreamNotice): void {
    if (text === null) {
      this.texts.delete(code);
    } else {
      this.texts.set(code, text);
    }

    this.changed([...this.texts.values()]);
  }

  clear(): void {
    if (this.texts.size > 0) {
      this.texts.clear();
      this.changed([]);
    }
  }
}
