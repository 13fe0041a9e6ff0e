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
 * The parameters of the page's own address go along: they are those of the connection. Null: this is no address.
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
  url.search = page.search;
  url.hash = '';
  return url.href;
}

/** The address under which players find a stream. */
export function rtmpUrl(server: ServerInformation, streamName: string, page: URL): string {
  const host = server.rtmpHost ?? page.hostname;
  const isBareIpv6 = host.includes(':') && !host.startsWith('[');
  return `rtmp://${isBareIpv6 ? `[${host}]` : host}:${server.rtmpPort}/${server.application}/${streamName}`;
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
