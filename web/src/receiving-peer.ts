import { offerOnly, receivableVideoCodecs } from './codecs';
import { ConnectionPeer, type PathState, type Peer } from './peer';

/** A media connection that receives one stream from the gateway. */
export interface ReceivingPeer extends Peer {
  /** What is received, for a video element; it is the peer's. */
  readonly stream: MediaStream;
  /** Asks the browser to hold picture and sound back for so long before they are shown; null: as it sees fit. */
  holdBack(milliseconds: number | null): void;
}

/** Receives picture and sound of one stream. */
export class PlayingPeer extends ConnectionPeer implements ReceivingPeer {
  readonly stream = new MediaStream();

  constructor(configuration: RTCConfiguration, onPathState: (state: PathState) => void) {
    super(configuration, onPathState);
    this.connection.addEventListener('track', (event) => this.stream.addTrack(event.track));
    this.connection.addTransceiver('audio', { direction: 'recvonly' });
    offerOnly(this.connection.addTransceiver('video', { direction: 'recvonly' }), 'H264', receivableVideoCodecs());
  }

  /** Both kinds are given the same time, so that they stay together. */
  holdBack(milliseconds: number | null): void {
    for (const receiver of this.connection.getReceivers()) {
      // The standard's name and Chrome's former one, which counts in seconds.
      if ('jitterBufferTarget' in receiver) {
        receiver.jitterBufferTarget = milliseconds;
      } else if ('playoutDelayHint' in receiver) {
        (receiver as { playoutDelayHint: number | null }).playoutDelayHint = milliseconds === null ? null : milliseconds / 1000;
      }
    }
  }
}
