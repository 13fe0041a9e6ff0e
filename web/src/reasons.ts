/** A failure whose message is written for the person in front of the page. */
export class PlainError extends Error {
  override readonly name = 'PlainError';
}

export const CONNECTION_LOST = 'The connection to the gateway was lost.';

/** `securePage`: the address of this page where the browser gives devices; null: not known. */
export function insecurePage(securePage: string | null): string {
  const where =
    securePage === null
      ? 'Open it with https://, or on the gateway’s own machine as http://localhost.'
      : `Open ${securePage} instead. The browser will warn of the certificate, because the gateway made it itself: ` +
        'choose “Advanced”, then “Proceed”.';
  return `The browser gives camera and microphone to secure pages only, and this page came over plain HTTP from another machine. ${where}`;
}

export const NO_DEVICE_ACCESS = 'This browser gives web pages no access to cameras and microphones.';

export const NO_SCREEN_ACCESS = 'This browser does not let web pages show the screen.';

export const NO_WEBRTC = 'This browser cannot send or receive live media (it has no WebRTC).';

export const NO_H264 =
  'This browser cannot send H.264 video, which RTMP players need, nor another codec that the gateway converts. ' +
  'Use a current Chrome, Edge or Safari; in Firefox, wait until its OpenH264 plug-in is installed (about:addons, Plugins).';

export const NO_H264_PLAYBACK =
  'This browser cannot show H.264 video. Use a current Chrome, Edge or Safari; ' +
  'in Firefox, wait until its OpenH264 plug-in is installed (about:addons, Plugins).';

/** Why a picture that this browser can send costs the gateway work. */
export function convertedVideo(codec: string): string {
  return `This browser cannot send H.264: it sends ${codec}, and the gateway converts it.`;
}

export const NOTHING_CHOSEN = 'Choose a camera or a microphone; at least one of them is needed.';

/** What was asked for, and what the machine has, when getUserMedia failed. */
export interface CaptureCircumstances {
  readonly wantsCamera: boolean;
  readonly wantsMicrophone: boolean;
  readonly hasCamera: boolean;
  readonly hasMicrophone: boolean;
}

/** Says in words why the camera or microphone could not be opened. */
export function captureFailure(error: unknown, circumstances: CaptureCircumstances): string {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const devices = devicesInWords(circumstances.wantsCamera, circumstances.wantsMicrophone);
  switch (name) {
    case 'NotFoundError':
    case 'DevicesNotFoundError':
      return notFound(circumstances);
    case 'OverconstrainedError':
      return 'The chosen device is no longer there. Choose another one.';
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      return (
        `Permission to use the ${devices} was refused. Allow it for this page in the browser ` +
        '(the symbol beside the address) and, if need be, in the system’s privacy settings.'
      );
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return `The ${devices} could not be started. Another program may be using it; close that program and try again.`;
    case 'SecurityError':
      return 'The browser’s settings forbid this page the camera and the microphone.';
    default:
      return `The ${devices} could not be opened: ${messageOf(error)}`;
  }
}

/** Says in words why the screen could not be shared. */
export function screenFailure(error: unknown): string {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  return name === 'NotAllowedError' || name === 'AbortError'
    ? 'No screen was chosen, or the permission to show it was refused.'
    : `The screen could not be shown: ${messageOf(error)}`;
}

/** What the gateway said as it refused; null: it did not refuse, something failed. */
export function refusalOf(error: unknown): string | null {
  return /HubException: ([\s\S]+)$/.exec(messageOf(error))?.[1] ?? null;
}

/** Says in words why the gateway did not do what it was asked. */
export function hubFailure(error: unknown): string {
  const message = messageOf(error);
  const refusal = refusalOf(error);
  if (refusal !== null) {
    return refusal;
  }

  if (/connection (being closed|is not in the 'Connected' State)|Invocation canceled|Server timeout/i.test(message)) {
    return CONNECTION_LOST;
  }

  return /^An unexpected error occurred invoking/.test(message) ? 'The gateway reported an internal error.' : message;
}

/** Says in words why no media connection came about, or why it broke; names what was tried. */
export function mediaPathFailure(candidates: readonly string[], wasConnected: boolean): string {
  const tried = candidates.length === 0 ? 'the gateway offered no address' : `tried ${candidates.join(', ')}`;
  return wasConnected
    ? `The media connection to the gateway broke (${tried}).`
    : `No media connection to the gateway (${tried}). That port must be reachable from this machine: ` +
        'let firewalls on the way pass UDP or at least TCP on it, and have the gateway advertise an address that is reachable from here ' +
        '(WebRtc:AdvertisedAddresses). “Check” below tests both ways.';
}

/** Says in words which device stopped by itself. */
export function trackEnded(kind: string, isScreen = false): string {
  if (kind === 'video' && isScreen) {
    return 'The screen is no longer shared.';
  }

  return kind === 'video'
    ? 'The camera stopped: it was unplugged, or the permission to use it was withdrawn.'
    : 'The microphone stopped: it was unplugged, or the permission to use it was withdrawn.';
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error || error instanceof DOMException ? error.message || error.name : String(error);
  return message === '' ? 'unknown error' : message;
}

function notFound(circumstances: CaptureCircumstances): string {
  const lacksCamera = circumstances.wantsCamera && !circumstances.hasCamera;
  const lacksMicrophone = circumstances.wantsMicrophone && !circumstances.hasMicrophone;
  if (lacksCamera && lacksMicrophone) {
    return 'No camera and no microphone was found. Connect one and try again.';
  }

  if (lacksCamera) {
    return 'No camera was found. Connect one and try again, or choose “No camera” to send sound only.';
  }

  return lacksMicrophone
    ? 'No microphone was found. Connect one and try again, or choose “No microphone” to send pictures only.'
    : 'The camera or microphone was not found. Connect it and try again.';
}

function devicesInWords(camera: boolean, microphone: boolean): string {
  if (camera && microphone) {
    return 'camera or microphone';
  }

  return camera ? 'camera' : 'microphone';
}
