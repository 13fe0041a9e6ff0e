import type { GatewayFigures, LiveFigures } from '../types';
import { CounterMeter } from './counters';
import { entriesOf, numberOf, ofType, pathRoundTripSeconds, scaled, type StatsEntry, type StatsSource, sumOf } from './entries';
import { gatewayFigure } from './figures';

/** Makes the publisher's live figures from the reports of one peer connection, given in their order. */
export class SendingMeter {
  private readonly counters = new CounterMeter();

  /** `gateway`: what the gateway measures of the same session; null: not known. */
  measure(report: StatsSource, gateway: GatewayFigures | null): LiveFigures {
    const entries = entriesOf(report);
    const sent = ofType(entries, 'outbound-rtp');
    const video = sent.find((entry) => entry['kind'] === 'video');
    this.counters.advance({
      seconds: scaled(numberOf(sent[0], 'timestamp'), 0.001),
      bits: sent.length === 0 ? null : 8 * sent.reduce((sum, entry) => sum + bytesOf(entry), 0),
      frames: numberOf(video, 'framesEncoded'),
      encodeMilliseconds: scaled(numberOf(video, 'totalEncodeTime'), 1000),
    });
    const roundTrip = scaled(pathRoundTripSeconds(entries) ?? reportedRoundTripSeconds(entries), 1000);

    return {
      width: numberOf(video, 'frameWidth'),
      height: numberOf(video, 'frameHeight'),
      framesPerSecond: numberOf(video, 'framesPerSecond') ?? this.counters.per('frames', 'seconds'),
      bitsPerSecond: this.counters.per('bits', 'seconds'),
      lossRatio: lossRatioOf(entries),
      roundTripMilliseconds: roundTrip,
      bufferMilliseconds: gatewayFigure(gateway, 'jitterBufferMilliseconds'),
      skewMilliseconds: gatewayFigure(gateway, 'audioVideoErrorMilliseconds'),
      delayMilliseconds: sumOf(scaled(roundTrip, 0.5), this.counters.per('encodeMilliseconds', 'frames')),
    };
  }
}

function bytesOf(entry: StatsEntry): number {
  return (numberOf(entry, 'bytesSent') ?? 0) + (numberOf(entry, 'headerBytesSent') ?? 0);
}

/** The receiver's reports: the picture's share where there is one, as it has most of the packets. */
function lossRatioOf(entries: readonly StatsEntry[]): number | null {
  const reports = ofType(entries, 'remote-inbound-rtp').filter((entry) => numberOf(entry, 'fractionLost') !== null);
  return numberOf(reports.find((entry) => entry['kind'] === 'video') ?? reports[0], 'fractionLost');
}

/** Before ICE's first answer, the receiver's reports know the round trip as well. */
function reportedRoundTripSeconds(entries: readonly StatsEntry[]): number | null {
  return numberOf(
    ofType(entries, 'remote-inbound-rtp').find((entry) => numberOf(entry, 'roundTripTime') !== null),
    'roundTripTime',
  );
}
