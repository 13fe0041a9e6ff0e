import { NO_H264, NO_WEBRTC } from './reasons';
import { StatsMeter } from './stats';
import type { LiveFigures } from './types';

/** Headroom for 720p at 30 frames/s; congestion control decides below it. */
const MAX_VIDEO_BITS_PER_SECOND = 4_000_000;
const MAX_AUDIO_BITS_PER_SECOND = 128_000;

/** Where the media connection stands. */
export type PathState = 'connecting' | 'connected' | 'interrupted' | 'broken';

/** A media connection that sends one stream to the gateway. */
export interface Peer {
  /** The transport addresses of the gateway that the browser was told to try. */
  readonly candidates: readonly string[];
  createOffer(): Promise<string>;
  acceptAnswer(sdp: string): Promise<void>;
  readFigures(): Promise<LiveFigures>;
  close(): void;
}

/** Says in words why this browser cannot publish; null: nothing speaks against it. */
export function sendingProblem(sendsVideo: boolean): string | null {
  if (typeof RTCPeerConnection === 'undefined') {
    return NO_WEBRTC;
  }

  const codecs = sendableVideoCodecs();
  return sendsVideo && codecs !== null && !codecs.some(isH264) ? NO_H264 : null;
}

/**
 * Sends the tracks of one stream over one `RTCPeerConnection`. The tracks stay the caller's. The offer goes out without
 * candidates: the gateway (ICE-lite) learns this side's addresses from its connectivity checks.
 */
export class PublishingPeer implements Peer {
  private readonly connection: RTCPeerConnection;
  private readonly meter = new StatsMeter();
  private remoteCandidates: readonly string[] = [];

  constructor(stream: MediaStream, onPathState: (state: PathState) => void) {
    this.connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
    this.connection.addEventListener('connectionstatechange', () => {
      const state = pathState(this.connection.connectionState);
      if (state !== null) {
        onPathState(state);
      }
    });
    for (const track of stream.getAudioTracks()) {
      this.send(track, stream, MAX_AUDIO_BITS_PER_SECOND);
    }

    for (const track of stream.getVideoTracks()) {
      preferH264(this.send(track, stream, MAX_VIDEO_BITS_PER_SECOND));
    }
  }

  get candidates(): readonly string[] {
    return this.remoteCandidates;
  }

  async createOffer(): Promise<string> {
    await this.connection.setLocalDescription(await this.connection.createOffer());
    return this.connection.localDescription?.sdp ?? '';
  }

  async acceptAnswer(sdp: string): Promise<void> {
    this.remoteCandidates = candidateAddresses(sdp);
    await this.connection.setRemoteDescription({ type: 'answer', sdp });
  }

  async readFigures(): Promise<LiveFigures> {
    return this.meter.measure(await this.connection.getStats());
  }

  close(): void {
    this.connection.close();
  }

  private send(track: MediaStreamTrack, stream: MediaStream, maxBitrate: number): RTCRtpTransceiver {
    return this.connection.addTransceiver(track, {
      direction: 'sendonly',
      streams: [stream],
      sendEncodings: [{ maxBitrate }],
    });
  }
}

/** The addresses of the `a=candidate` lines (RFC 8839 5.1) as `host:port (UDP)`, each once. */
export function candidateAddresses(sdp: string): string[] {
  const addresses = new Set<string>();
  for (const line of sdp.split(/\r?\n/)) {
    const [, transport, address, port] = /^a=candidate:\S+ \d+ (\S+) \d+ (\S+) (\d+) typ /.exec(line) ?? [];
    if (transport !== undefined && address !== undefined && port !== undefined) {
      addresses.add(`${address.includes(':') ? `[${address}]` : address}:${port} (${transport.toUpperCase()})`);
    }
  }

  return [...addresses];
}

/** H.264 and its retransmission only: RTMP carries nothing else, so that the browser must not choose another codec. */
function preferH264(transceiver: RTCRtpTransceiver): void {
  const codecs = sendableVideoCodecs();
  const setPreferences: RTCRtpTransceiver['setCodecPreferences'] | undefined = transceiver.setCodecPreferences;
  if (codecs === null || setPreferences === undefined) {
    return;
  }

  setPreferences.call(
    transceiver,
    codecs.filter((codec) => isH264(codec) || codec.mimeType.toLowerCase() === 'video/rtx'),
  );
}

/** Null: the browser does not tell. */
function sendableVideoCodecs(): RTCRtpCodec[] | null {
  const getCapabilities: typeof RTCRtpSender.getCapabilities | undefined = RTCRtpSender.getCapabilities;
  return getCapabilities?.call(RTCRtpSender, 'video')?.codecs ?? null;
}

function isH264(codec: RTCRtpCodec): boolean {
  return codec.mimeType.toLowerCase() === 'video/h264';
}

function pathState(state: RTCPeerConnectionState): PathState | null {
  switch (state) {
    case 'new':
      return null;
    case 'connecting':
      return 'connecting';
    case 'connected':
      return 'connected';
    case 'disconnected':
      return 'interrupted';
    case 'failed':
    case 'closed':
      return 'broken';
  }
}
