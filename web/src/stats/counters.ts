/** Counters of one report by name; null: the browser does not tell. */
export type Counters = Readonly<Record<string, number | null>>;

/** Makes rates of counters that are read one report after the other. */
export class CounterMeter {
  private before: Counters = {};
  private now: Counters = {};

  /** Takes the counters of the newest report. */
  advance(counters: Counters): void {
    this.before = this.now;
    this.now = counters;
  }

  /** How much a counter has grown since the report before; null: not known, or it began anew. */
  grown(name: string): number | null {
    const first = this.before[name] ?? null;
    const second = this.now[name] ?? null;
    return first === null || second === null || second < first ? null : second - first;
  }

  /** The growth of one counter for each of another; null while the other does not grow. */
  per(name: string, other: string): number | null {
    const share = this.grown(name);
    const whole = this.grown(other);
    return share === null || whole === null || whole === 0 ? null : share / whole;
  }
}
