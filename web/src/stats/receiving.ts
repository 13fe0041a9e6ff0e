import type { GatewayFigures, LiveFigures } from '../types';
import { CounterMeter } from './counters';
import { entriesOf, numberOf, ofType, pathRoundTripSeconds, scaled, type StatsEntry, type StatsSource, sumOf } from './entries';
import { gatewayFigure } from './figures';

/** The player's figures, and what else its report tells. */
export interface ReceivedFigures {
  readonly figures: LiveFigures;
  /** Freezes of the picture since the start of this connection; null: the browser does not count them. */
  readonly freezes: number | null;
}

/** Makes the player's live figures from the reports of one peer connection, given in their order. */
export class ReceivingMeter {
  private readonly counters = new CounterMeter();

  /**
   * `gateway`: what the gateway measures of the same session; `screenMilliseconds`: from the receipt of a picture to its showing, as
   * the video element measures it. Both are null while not known.
   */
  measure(report: StatsSource, gateway: GatewayFigures | null, screenMilliseconds: number | null): ReceivedFigures {
    const entries = entriesOf(report);
    const received = ofType(entries, 'inbound-rtp');
    const video = received.find((entry) => entry['kind'] === 'video');
    const audio = received.find((entry) => entry['kind'] === 'audio');
    const buffered = video ?? audio;
    this.counters.advance({
      seconds: scaled(numberOf(received[0], 'timestamp'), 0.001),
      bits: received.length === 0 ? null : 8 * total(received, 'bytesReceived', 'headerBytesReceived'),
      frames: numberOf(video, 'framesDecoded'),
      lost: received.length === 0 ? null : total(received, 'packetsLost'),
      packets: received.length === 0 ? null : total(received, 'packetsLost', 'packetsReceived'),
      bufferMilliseconds: scaled(numberOf(buffered, 'jitterBufferDelay'), 1000),
      buffered: numberOf(buffered, 'jitterBufferEmittedCount'),
      processingMilliseconds: scaled(numberOf(video, 'totalProcessingDelay'), 1000),
    });
    const roundTrip = scaled(pathRoundTripSeconds(entries), 1000) ?? gatewayFigure(gateway, 'roundTripMilliseconds');
    const here = screenMilliseconds ?? this.counters.per('processingMilliseconds', 'frames');
    const source = gatewayFigure(gateway, 'sourceRoundTripMilliseconds') ?? 0;

    return {
      figures: {
        width: numberOf(video, 'frameWidth'),
        height: numberOf(video, 'frameHeight'),
        framesPerSecond: numberOf(video, 'framesPerSecond') ?? this.counters.per('frames', 'seconds'),
        bitsPerSecond: this.counters.per('bits', 'seconds'),
        lossRatio: this.counters.per('lost', 'packets'),
        roundTripMilliseconds: roundTrip,
        bufferMilliseconds: this.counters.per('bufferMilliseconds', 'buffered'),
        skewMilliseconds: skewOf(audio, video),
        delayMilliseconds: sumOf(scaled(source, 0.5), scaled(roundTrip, 0.5), here),
      },
      freezes: numberOf(video, 'freezeCount'),
    };
  }
}

/** Both say which moment of the sender's clock is on show just now, in milliseconds. */
function skewOf(audio: StatsEntry | undefined, video: StatsEntry | undefined): number | null {
  const heard = numberOf(audio, 'estimatedPlayoutTimestamp');
  const seen = numberOf(video, 'estimatedPlayoutTimestamp');
  return heard === null || seen === null ? null : heard - seen;
}

function total(entries: readonly StatsEntry[], ...fields: readonly string[]): number {
  return entries.reduce((sum, entry) => sum + fields.reduce((part, field) => part + (numberOf(entry, field) ?? 0), 0), 0);
}
