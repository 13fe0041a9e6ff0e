import { NO_H264, NO_H264_PLAYBACK, NO_WEBRTC } from './reasons';

/** What this browser will send as video. `converted`: the gateway has to convert it for its players. */
export type VideoPlan =
  | { readonly kind: 'send'; readonly codec: string; readonly isConverted: boolean }
  /** The browser does not tell its codecs: the gateway chooses. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'impossible'; readonly reason: string };

/** In the order in which they are taken: what players need comes first, then what costs least to convert. */
const PREFERENCE = ['H264', 'VP8', 'VP9', 'AV1'];

/** Chooses the codec to send among those of the browser (null: it does not tell) that the gateway accepts. */
export function planVideo(codecs: readonly RTCRtpCodec[] | null, accepted: readonly string[]): VideoPlan {
  if (codecs === null) {
    return { kind: 'unknown' };
  }

  const accepts = accepted.map((name) => name.toUpperCase());
  const codec = PREFERENCE.find((name) => accepts.includes(name) && codecs.some((candidate) => nameOf(candidate) === name));
  return codec === undefined ? { kind: 'impossible', reason: NO_H264 } : { kind: 'send', codec, isConverted: codec !== 'H264' };
}

/** Says in words why this browser cannot publish; null: nothing speaks against it. */
export function sendingProblem(sendsVideo: boolean, accepted: readonly string[]): string | null {
  if (typeof RTCPeerConnection === 'undefined') {
    return NO_WEBRTC;
  }

  const plan = planVideo(sendableVideoCodecs(), accepted);
  return sendsVideo && plan.kind === 'impossible' ? plan.reason : null;
}

/** Says in words why this browser cannot play; null: nothing speaks against it. */
export function receivingProblem(): string | null {
  if (typeof RTCPeerConnection === 'undefined') {
    return NO_WEBRTC;
  }

  const codecs = receivableVideoCodecs();
  return codecs !== null && !codecs.some((codec) => nameOf(codec) === 'H264') ? NO_H264_PLAYBACK : null;
}

/** Offers one video codec and its retransmission alone, so that the other side cannot choose another one. */
export function offerOnly(transceiver: RTCRtpTransceiver, name: string, codecs: readonly RTCRtpCodec[] | null): void {
  const setPreferences: RTCRtpTransceiver['setCodecPreferences'] | undefined = transceiver.setCodecPreferences;
  const kept = (codecs ?? []).filter((codec) => nameOf(codec) === name || nameOf(codec) === 'RTX');
  if (setPreferences !== undefined && kept.some((codec) => nameOf(codec) === name)) {
    setPreferences.call(transceiver, kept);
  }
}

/** Null: the browser does not tell. */
export function sendableVideoCodecs(): RTCRtpCodec[] | null {
  const getCapabilities: typeof RTCRtpSender.getCapabilities | undefined = RTCRtpSender.getCapabilities;
  return getCapabilities?.call(RTCRtpSender, 'video')?.codecs ?? null;
}

/** Null: the browser does not tell. */
export function receivableVideoCodecs(): RTCRtpCodec[] | null {
  const getCapabilities: typeof RTCRtpReceiver.getCapabilities | undefined = RTCRtpReceiver.getCapabilities;
  return getCapabilities?.call(RTCRtpReceiver, 'video')?.codecs ?? null;
}

function nameOf(codec: RTCRtpCodec): string {
  return codec.mimeType.replace(/^video\//i, '').toUpperCase();
}
