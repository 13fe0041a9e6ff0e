import type { LiveFigures } from './types';

/** One entry of a statistics report; browsers leave fields out, so nothing is taken for granted. */
type StatsEntry = Readonly<Record<string, unknown>>;

/** A statistics report, as `RTCPeerConnection.getStats()` gives it. */
export interface StatsSource {
  forEach(visit: (entry: StatsEntry) => void): void;
}

export const NO_FIGURES: LiveFigures = {
  width: null,
  height: null,
  framesPerSecond: null,
  bitsPerSecond: null,
  lossRatio: null,
  roundTripMilliseconds: null,
};

/** Counters of the report before, to make rates of. */
interface Counters {
  readonly milliseconds: number;
  readonly bytesSent: number;
  readonly framesEncoded: number | null;
}

/** Makes live figures from the reports of one peer connection, given in their order. */
export class StatsMeter {
  private previous: Counters | null = null;

  measure(report: StatsSource): LiveFigures {
    const entries: StatsEntry[] = [];
    report.forEach((entry) => entries.push(entry));
    const sent = entries.filter((entry) => entry['type'] === 'outbound-rtp');
    const video = sent.find((entry) => entry['kind'] === 'video');
    const now = countersOf(sent, video);
    const before = this.previous;
    this.previous = now;

    return {
      width: numberOf(video, 'frameWidth'),
      height: numberOf(video, 'frameHeight'),
      framesPerSecond: numberOf(video, 'framesPerSecond') ?? perSecond(before, now, (counters) => counters.framesEncoded),
      bitsPerSecond: scaled(perSecond(before, now, (counters) => counters.bytesSent), 8),
      lossRatio: lossRatioOf(entries),
      roundTripMilliseconds: scaled(roundTripSecondsOf(entries), 1000),
    };
  }
}

function countersOf(sent: readonly StatsEntry[], video: StatsEntry | undefined): Counters | null {
  const milliseconds = numberOf(sent[0], 'timestamp');
  if (milliseconds === null) {
    return null;
  }

  const bytesSent = sent.reduce(
    (sum, entry) => sum + (numberOf(entry, 'bytesSent') ?? 0) + (numberOf(entry, 'headerBytesSent') ?? 0),
    0,
  );
  return { milliseconds, bytesSent, framesEncoded: numberOf(video, 'framesEncoded') };
}

/** The receiver's reports: the picture's share where there is one, as it has most of the packets. */
function lossRatioOf(entries: readonly StatsEntry[]): number | null {
  const reports = entries.filter((entry) => entry['type'] === 'remote-inbound-rtp' && numberOf(entry, 'fractionLost') !== null);
  return numberOf(reports.find((entry) => entry['kind'] === 'video') ?? reports[0], 'fractionLost');
}

/** ICE measures on the path in use; before its first answer, the receiver's reports know it as well. */
function roundTripSecondsOf(entries: readonly StatsEntry[]): number | null {
  const transport = entries.find((entry) => entry['type'] === 'transport' && typeof entry['selectedCandidatePairId'] === 'string');
  const pairs = entries.filter((entry) => entry['type'] === 'candidate-pair');
  const pair =
    pairs.find((entry) => entry['id'] === transport?.['selectedCandidatePairId']) ??
    pairs.find((entry) => entry['nominated'] === true && entry['state'] === 'succeeded');
  return (
    numberOf(pair, 'currentRoundTripTime') ??
    numberOf(
      entries.find((entry) => entry['type'] === 'remote-inbound-rtp' && numberOf(entry, 'roundTripTime') !== null),
      'roundTripTime',
    )
  );
}

function perSecond(before: Counters | null, now: Counters | null, pick: (counters: Counters) => number | null): number | null {
  const first = before === null ? null : pick(before);
  const second = now === null ? null : pick(now);
  if (before === null || now === null || first === null || second === null) {
    return null;
  }

  const seconds = (now.milliseconds - before.milliseconds) / 1000;
  return seconds > 0 && second >= first ? (second - first) / seconds : null;
}

function scaled(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor;
}

function numberOf(entry: StatsEntry | undefined, field: string): number | null {
  const value = entry?.[field];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
