import { offerOnly, planVideo, sendableVideoCodecs } from './codecs';
import { ConnectionPeer, type PathState, type Peer } from './peer';

/** Headroom for 720p at 30 frames/s; congestion control decides below it. */
const MAX_VIDEO_BITS_PER_SECOND = 4_000_000;
const MAX_AUDIO_BITS_PER_SECOND = 128_000;

/** A media connection that sends one stream to the gateway. */
export interface SendingPeer extends Peer {
  /** Sends another track in place of the one of its kind; viewers go on. */
  replaceTrack(track: MediaStreamTrack): Promise<void>;
}

/** Sends the tracks of one stream; they stay the caller's. */
export class PublishingPeer extends ConnectionPeer implements SendingPeer {
  constructor(
    stream: MediaStream,
    configuration: RTCConfiguration,
    acceptsVideo: readonly string[],
    onPathState: (state: PathState) => void,
  ) {
    super(configuration, onPathState);
    for (const track of stream.getAudioTracks()) {
      this.send(track, stream, MAX_AUDIO_BITS_PER_SECOND);
    }

    for (const track of stream.getVideoTracks()) {
      const codecs = sendableVideoCodecs();
      const plan = planVideo(codecs, acceptsVideo);
      const transceiver = this.send(track, stream, MAX_VIDEO_BITS_PER_SECOND);
      if (plan.kind === 'send') {
        offerOnly(transceiver, plan.codec, codecs);
      }
    }
  }

  async replaceTrack(track: MediaStreamTrack): Promise<void> {
    const sender = this.connection.getSenders().find((candidate) => candidate.track?.kind === track.kind);
    await sender?.replaceTrack(track);
  }

  private send(track: MediaStreamTrack, stream: MediaStream, maxBitrate: number): RTCRtpTransceiver {
    return this.connection.addTransceiver(track, {
      direction: 'sendonly',
      streams: [stream],
      sendEncodings: [{ maxBitrate }],
    });
  }
}
