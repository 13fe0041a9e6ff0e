import type { PlayingWay } from './playing';

/** Parameters of the page's address that are meant for the page; all others are those of the connection. */
const OF_THE_PAGE = ['play', 'publish', 'controls', 'muted', 'autoplay', 'over'];

/** What the page's address asks of the page. */
export interface PageParameters {
  /** The stream to play at once; null: none. */
  readonly play: string | null;
  /** The name to publish under; null: a random one. */
  readonly publish: string | null;
  /** Whether the player shows its controls. */
  readonly controls: boolean;
  readonly muted: boolean;
  readonly autoplay: boolean;
  /** How the stream is played. */
  readonly way: PlayingWay;
}

export function readPageParameters(search: URLSearchParams): PageParameters {
  return {
    play: nonEmpty(search.get('play')),
    publish: nonEmpty(search.get('publish')),
    controls: isOn(search.get('controls'), true),
    muted: isOn(search.get('muted'), false),
    autoplay: isOn(search.get('autoplay'), true),
    way: search.get('over') === 'hls' ? 'hls' : 'webrtc',
  };
}

/** The query (with its question mark) without the page's own parameters; the others stay as they are written. */
export function withoutPageParameters(query: string): string {
  const others = query
    .replace(/^\?/, '')
    .split('&')
    .filter((part) => part !== '' && !OF_THE_PAGE.includes(decoded(part.split('=')[0] ?? '')));
  return others.length === 0 ? '' : `?${others.join('&')}`;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** A parameter without a value is a yes, as in HTML. */
function isOn(value: string | null, otherwise: boolean): boolean {
  return value === null ? otherwise : !/^(0|false|no|off)$/i.test(value);
}

function nonEmpty(text: string | null): string | null {
  return text === null || text === '' ? null : text;
}
