import type HlsLibrary from 'hls.js';
import type { ErrorData } from 'hls.js';
import type { AttachHls, HlsAttachment } from './hls-player';
import { LiveEdge } from './live-edge';

/** How often a fault of the decoder is mended in one go before it counts as a failure. */
const MENDS = 3;

/** Plays a playlist in a video element: by hls.js where it works, else by the browser itself (Safari on iPhones). */
export const attachHls: AttachHls = (video, address, failed) => {
  let attachment: HlsAttachment | null = null;
  let isDetached = false;
  // The library is large, and most who open the page play over WebRTC.
  void import('hls.js')
    .then(({ default: Hls }) => {
      if (!isDetached) {
        attachment = Hls.isSupported() ? attachLibrary(Hls, video, address, failed) : attachNative(video, address, failed);
      }
    })
    .catch(() => failed('The gateway cannot be reached.'));
  return {
    latencySeconds: () => attachment?.latencySeconds() ?? null,
    detach: () => {
      isDetached = true;
      attachment?.detach();
    },
  };
};

function attachLibrary(
  Hls: typeof HlsLibrary,
  video: HTMLVideoElement,
  address: string,
  failed: (reason: string) => void,
): HlsAttachment {
  // A worker would come from a blob, which the page's security policy does not allow.
  // After a stall it plays a little faster until it is back where it should be.
  const hls = new Hls({ enableWorker: false, lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.2 });
  let mends = MENDS;
  hls.on(Hls.Events.FRAG_BUFFERED, () => {
    mends = MENDS;
  });
  // It catches up within one target duration of where it should be, and by itself stays behind for ever beyond that: there it jumps.
  const edge = new LiveEdge(video, () => hls.liveSyncPosition);
  hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => {
    hls.config.liveMaxLatencyDuration =
      edge.isFollowed && hls.targetLatency !== null ? hls.targetLatency + details.targetduration : Number.POSITIVE_INFINITY;
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => void start(video));
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) {
      return;
    }

    mends -= 1;
    if (mends > 0 && data.type === Hls.ErrorTypes.MEDIA_ERROR) {
      hls.recoverMediaError();
    } else {
      hls.destroy();
      failed(reasonOf(data, data.type === Hls.ErrorTypes.NETWORK_ERROR));
    }
  });
  hls.loadSource(address);
  hls.attachMedia(video);
  return {
    latencySeconds: () => (Number.isFinite(hls.latency) && hls.latency > 0 ? hls.latency : null),
    detach: () => {
      edge.detach();
      hls.destroy();
      clear(video);
    },
  };
}

function attachNative(video: HTMLVideoElement, address: string, failed: (reason: string) => void): HlsAttachment {
  const onError = (): void => failed('The stream cannot be played, or is not there.');
  video.addEventListener('error', onError, { once: true });
  video.src = address;
  void start(video);
  return {
    latencySeconds: () => null,
    detach: () => {
      video.removeEventListener('error', onError);
      clear(video);
    },
  };
}

/** With sound where the browser lets the page, else without. */
async function start(video: HTMLVideoElement): Promise<void> {
  try {
    await video.play();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotAllowedError') {
      video.muted = true;
      await video.play().catch(() => undefined);
    }
  }
}

function clear(video: HTMLVideoElement): void {
  video.removeAttribute('src');
  video.load();
}

function reasonOf(data: ErrorData, isOfNetwork: boolean): string {
  const code = data.response?.code;
  switch (code) {
    case 401:
    case 403:
      return 'You may not play this stream.';
    case 404:
      return 'Stream not found';
    case undefined:
    case 0:
      return isOfNetwork ? 'The gateway cannot be reached.' : `The stream cannot be played (${data.details}).`;
    default:
      return `The gateway answers with status ${code}.`;
  }
}
