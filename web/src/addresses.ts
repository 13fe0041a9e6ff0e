import { withoutPageParameters } from './parameters';
import type { ServerInformation } from './types';

/** Where the gateway's hub is found below the server address. */
const HUB_PATH = 'signaling';

/** The server address that the page starts with: the place it came from. */
export function defaultServerAddress(page: URL): string {
  const scheme = page.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${page.host}${page.pathname.replace(/[^/]*$/, '').replace(/\/$/, '')}`;
}

/**
 * The hub's address for a server address as a person writes it: `ws://host:8080`, `https://host`, `host:8080`.
 * The parameters of the page's own address go along: they are those of the connection, save for those that are meant for the page
 * itself. Null: this is no address.
 */
export function hubUrl(serverAddress: string, page: URL): string | null {
  const text = serverAddress.trim();
  const scheme = page.protocol === 'https:' ? 'https' : 'http';
  const absolute = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${scheme}://${text}`;
  const http = absolute.replace(/^ws(s?):/i, 'http$1:');
  const url = text === '' ? null : parse(http);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return null;
  }

  url.pathname = `${url.pathname.replace(/\/$/, '')}/${HUB_PATH}`;
  url.search = withoutPageParameters(page.search);
  url.hash = '';
  return url.href;
}

/** The address under which RTMP players find a stream. */
export function rtmpUrl(server: ServerInformation, streamName: string, page: URL): string {
  return `${rtmpServer(server, page)}/${streamName}`;
}

/** The address of the RTMP application, as encoders ask for it. */
export function rtmpServer(server: ServerInformation, page: URL): string {
  return `rtmp://${hostOf(server, page)}:${server.rtmpPort}/${server.application}`;
}

/** The same application inside TLS; null: the gateway has none. */
export function rtmpsServer(server: ServerInformation, page: URL): string | null {
  return server.rtmpsPort === null ? null : `rtmps://${hostOf(server, page)}:${server.rtmpsPort}/${server.application}`;
}

/**
 * Where other devices find the page's folder, with a slash at its end. A page that was opened as localhost is of no use to them: then it is
 * the address that the gateway advertises.
 */
export function pageFolder(server: ServerInformation, page: URL): string {
  const folder = new URL('./', page);
  folder.search = '';
  folder.hash = '';
  const other = server.rtmpHost ?? mediaHost(server);
  if (isLoopback(page.hostname) && other !== null && !isLoopback(other)) {
    folder.protocol = 'http:';
    folder.hostname = other.includes(':') ? `[${other}]` : other;
    folder.port = server.httpPort === null ? page.port : String(server.httpPort);
  }

  return folder.href;
}

/** Where a stream's HLS playlist is, below the page's own folder. `streamName` may name its application: `vod/film.mp4`. */
export function hlsAddress(
  server: ServerInformation | null,
  streamName: string,
  parameters: Readonly<Record<string, string>>,
  page: URL,
): string {
  const path = streamName.includes('/') ? streamName : `${server?.application ?? 'live'}/${streamName}`;
  const address = new URL(`./hls/${path.split('/').map(encodeURIComponent).join('/')}/index.m3u8`, page);
  address.search = new URLSearchParams(parameters).toString();
  return address.href;
}

/** This page where the browser gives it the camera; null: it is secure already, or the gateway serves no HTTPS itself. */
export function securePage(server: ServerInformation, page: URL): string | null {
  if (server.httpsPort === null || page.protocol === 'https:' || isLoopback(page.hostname)) {
    return null;
  }

  const secure = new URL(page);
  secure.protocol = 'https:';
  secure.port = String(server.httpsPort);
  return secure.href;
}

function hostOf(server: ServerInformation, page: URL): string {
  const host = server.rtmpHost ?? page.hostname;
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

/** The host of the first media address that other machines can reach; null: none. */
function mediaHost(server: ServerInformation): string | null {
  const hosts = server.mediaAddresses.map((address) => address.replace(/[/ ].*$/, '').replace(/:\d+$/, '').replace(/^\[|\]$/g, ''));
  return hosts.find((host) => host !== '' && !isLoopback(host)) ?? null;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^127\./.test(host) || host === '::1' || host === '[::1]';
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
