/** One entry of a statistics report; browsers leave fields out, so nothing is taken for granted. */
export type StatsEntry = Readonly<Record<string, unknown>>;

/** A statistics report, as `RTCPeerConnection.getStats()` gives it. */
export interface StatsSource {
  forEach(visit: (entry: StatsEntry) => void): void;
}

export function entriesOf(report: StatsSource): readonly StatsEntry[] {
  const entries: StatsEntry[] = [];
  report.forEach((entry) => entries.push(entry));
  return entries;
}

/** The entries of one type. */
export function ofType(entries: readonly StatsEntry[], type: string): readonly StatsEntry[] {
  return entries.filter((entry) => entry['type'] === type);
}

/** Null: the field is missing or no finite number. */
export function numberOf(entry: StatsEntry | undefined, field: string): number | null {
  const value = entry?.[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}

export function sumOf(...values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

/** ICE measures on the path in use. */
export function pathRoundTripSeconds(entries: readonly StatsEntry[]): number | null {
  const transport = ofType(entries, 'transport').find((entry) => typeof entry['selectedCandidatePairId'] === 'string');
  const pairs = ofType(entries, 'candidate-pair');
  const pair =
    pairs.find((entry) => entry['id'] === transport?.['selectedCandidatePairId']) ??
    pairs.find((entry) => entry['nominated'] === true && entry['state'] === 'succeeded');
  return numberOf(pair, 'currentRoundTripTime');
}
