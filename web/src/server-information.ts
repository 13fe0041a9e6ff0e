import type { ServerInformation } from './types';

/** What an older gateway does not tell is filled in, so that the rest of the page need not ask. */
export function completeServerInformation(told: Partial<ServerInformation>): ServerInformation {
  return {
    version: told.version ?? '',
    rtmpHost: told.rtmpHost ?? null,
    rtmpPort: told.rtmpPort ?? 1935,
    rtmpsPort: told.rtmpsPort ?? null,
    application: told.application ?? 'live',
    httpPort: told.httpPort ?? null,
    httpsPort: told.httpsPort ?? null,
    iceServers: told.iceServers ?? [],
    mediaAddresses: told.mediaAddresses ?? [],
    acceptsVideo: told.acceptsVideo ?? ['H264'],
  };
}

/** The gateway's STUN and TURN servers in the browser's form, which knows no null. */
export function iceServersOf(server: ServerInformation): RTCIceServer[] {
  return server.iceServers.map(({ urls, username, credential }) => ({
    urls: [...urls],
    ...(typeof username === 'string' ? { username } : {}),
    ...(typeof credential === 'string' ? { credential } : {}),
  }));
}
