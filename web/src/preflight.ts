import { planVideo } from './codecs';
import { convertedVideo, NO_H264_PLAYBACK } from './reasons';
import type { ServerInformation } from './types';

/** One thing that was checked. `idle`: it does not apply here. */
export interface CheckResult {
  readonly id: string;
  readonly label: string;
  readonly grade: 'good' | 'idle' | 'busy' | 'warning' | 'bad';
  readonly words: string;
}

/** What a check of one way to the gateway found. */
export type Reach =
  | { readonly kind: 'reached'; readonly milliseconds: number }
  | { readonly kind: 'notOffered' }
  | { readonly kind: 'unreached'; readonly tried: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string };

/** The ways from here to the gateway. */
export type Way = 'UDP' | 'TCP' | 'TURN';

/** What the checks look at. */
export interface PreflightSurroundings {
  readonly isSecure: boolean;
  /** Where this page is secure; null: not known. */
  readonly securePage: string | null;
  readonly server: ServerInformation | null;
  /** Null: the browser has no WebRTC. */
  codecs(direction: 'send' | 'receive'): readonly RTCRtpCodec[] | null;
  countDevices(): Promise<{ readonly cameras: number; readonly microphones: number }>;
  /** Null: the browser does not tell. */
  permission(device: 'camera' | 'microphone'): Promise<PermissionState | null>;
  reach(way: Way): Promise<Reach>;
}

/** Runs all checks; `show` gets each result as it is there. */
export async function runPreflight(surroundings: PreflightSurroundings, show: (result: CheckResult) => void): Promise<void> {
  show(checkSecurity(surroundings));
  const devices = surroundings.isSecure ? await surroundings.countDevices() : { cameras: 0, microphones: 0 };
  for (const [device, count] of [['camera', devices.cameras], ['microphone', devices.microphones]] as const) {
    show(await checkDevice(surroundings, device, count));
  }

  show(checkSending(surroundings));
  show(checkReceiving(surroundings));
  const ways: Way[] = surroundings.server?.iceServers.some(({ urls }) => urls.some((url) => /^turns?:/.test(url)))
    ? ['UDP', 'TCP', 'TURN']
    : ['UDP', 'TCP'];
  let isReached = false;
  for (const way of ways) {
    show({ id: wayId(way), label: wayLabel(way), grade: 'busy', words: 'Trying…' });
    const reach: Reach =
      surroundings.server === null
        ? { kind: 'refused', reason: 'There is no connection to the gateway.' }
        : await surroundings.reach(way).catch((error: unknown): Reach => ({ kind: 'refused', reason: String(error) }));
    show(checkReach(way, reach, isReached));
    isReached ||= reach.kind === 'reached';
  }
}

function checkSecurity({ isSecure, securePage }: PreflightSurroundings): CheckResult {
  const result = { id: 'check-security', label: 'Secure page' };
  if (isSecure) {
    return { ...result, grade: 'good', words: 'The browser may give this page camera and microphone.' };
  }

  const where =
    securePage === null
      ? 'Open it over HTTPS, or on the gateway’s own machine as http://localhost.'
      : `Open ${securePage} and go past the warning (“Advanced”, “Proceed”): the gateway made its certificate itself.`;
  return { ...result, grade: 'bad', words: `Watching works, but camera and microphone need a secure page. ${where}` };
}

async function checkDevice(surroundings: PreflightSurroundings, device: 'camera' | 'microphone', count: number): Promise<CheckResult> {
  const result = { id: `check-${device}`, label: device === 'camera' ? 'Camera' : 'Microphone' };
  if (!surroundings.isSecure) {
    return { ...result, grade: 'bad', words: 'Not to be had on this page: see above.' };
  }

  if (count === 0) {
    return { ...result, grade: 'warning', words: `None was found. Connect one, or choose “No ${device}”.` };
  }

  const permission = await surroundings.permission(device);
  if (permission === 'denied') {
    return {
      ...result,
      grade: 'bad',
      words: 'Found, but forbidden to this page. Allow it with the symbol beside the address, then load the page again.',
    };
  }

  const found = count === 1 ? 'One found' : `${count} found`;
  return { ...result, grade: 'good', words: permission === 'granted' ? `${found}, and allowed.` : `${found}; the browser will ask for permission.` };
}

function checkSending(surroundings: PreflightSurroundings): CheckResult {
  const result = { id: 'check-send', label: 'Sending video' };
  const plan = planVideo(surroundings.codecs('send'), surroundings.server?.acceptsVideo ?? ['H264']);
  switch (plan.kind) {
    case 'unknown':
      return { ...result, grade: 'warning', words: 'This browser does not tell which codecs it can send.' };
    case 'impossible':
      return { ...result, grade: 'bad', words: plan.reason };
    case 'send':
      return plan.isConverted
        ? { ...result, grade: 'warning', words: convertedVideo(plan.codec) }
        : { ...result, grade: 'good', words: 'This browser sends H.264, which goes to players untouched.' };
  }
}

function checkReceiving(surroundings: PreflightSurroundings): CheckResult {
  const result = { id: 'check-receive', label: 'Showing video' };
  const codecs = surroundings.codecs('receive');
  if (codecs === null) {
    return { ...result, grade: 'warning', words: 'This browser does not tell which codecs it can show.' };
  }

  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === 'video/h264')
    ? { ...result, grade: 'good', words: 'This browser shows H.264.' }
    : { ...result, grade: 'bad', words: NO_H264_PLAYBACK };
}

/** `isReached`: media get through another way already. */
function checkReach(way: Way, reach: Reach, isReached: boolean): CheckResult {
  const result = { id: wayId(way), label: wayLabel(way) };
  switch (reach.kind) {
    case 'reached':
      return { ...result, grade: 'good', words: `Connected within ${Math.round(reach.milliseconds)} ms.` };
    case 'notOffered':
      return way === 'UDP'
        ? { ...result, grade: 'bad', words: 'The gateway offers no address. Set WebRtc:AdvertisedAddresses.' }
        : { ...result, grade: 'idle', words: 'The gateway does not offer it.' };
    case 'refused':
      return { ...result, grade: 'warning', words: `Could not be tried: ${reach.reason}` };
    case 'unreached':
      return { ...result, grade: isReached ? 'warning' : 'bad', words: unreachedWords(way, reach.tried, isReached) };
  }
}

function unreachedWords(way: Way, tried: readonly string[], isReached: boolean): string {
  const where = tried.length === 0 ? '' : ` (tried ${tried.join(', ')})`;
  switch (way) {
    case 'UDP':
      return `No connection${where}. A firewall on the way blocks UDP, or the address is not reachable from here: open the port, or set WebRtc:AdvertisedAddresses.`;
    case 'TCP':
      return isReached
        ? `No connection${where}. UDP works, so nothing is missing here; networks without UDP would need it.`
        : `No connection${where}. Open the port for TCP as well: it is the same number.`;
    case 'TURN':
      return 'No connection through the TURN server. Is it running, and are its address and secret right?';
  }
}

function wayId(way: Way): string {
  return `check-${way.toLowerCase()}`;
}

function wayLabel(way: Way): string {
  return way === 'TURN' ? 'Media by TURN relay' : `Media over ${way}`;
}
