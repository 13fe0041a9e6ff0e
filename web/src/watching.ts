import { pageFolder, rtmpServer, rtmpsServer, rtmpUrl } from './addresses';
import type { ServerInformation } from './types';

/** One way to watch a stream or to publish it: a line to copy. */
export interface WatchLine {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  readonly hint: string;
}

/** The lines for players and encoders, in the order in which they are looked for. */
export interface WatchLines {
  readonly watch: readonly WatchLine[];
  readonly publish: readonly WatchLine[];
  /** The page that plays the stream: also what the QR code says. */
  readonly playerPage: string;
}

/** How a stream of this gateway is watched and published. `streamName` is a valid name without parameters. */
export function watchLines(server: ServerInformation, streamName: string, page: URL): WatchLines {
  const rtmp = rtmpUrl(server, streamName, page);
  const folder = pageFolder(server, page);
  const playerPage = `${folder}?play=${encodeURIComponent(streamName)}`;
  const secure = rtmpsServer(server, page);
  return {
    playerPage,
    watch: [
      line('page', 'Browser', playerPage, 'Opens this page and plays the stream.'),
      line('vlc', 'VLC', `vlc --network-caching=300 ${rtmp}`, 'Or in its window: Media › Open Network Stream…, with the address alone.'),
      line('ffplay', 'ffplay', `ffplay -fflags nobuffer -flags low_delay ${rtmp}`, 'Shows the stream with the least delay.'),
      line('obs-source', 'OBS, as a source', rtmp, 'Sources › + › Media Source, untick Local File, enter this as Input.'),
      line('whep', 'WHEP', `${folder}whep/${streamName}`, 'For players that speak WebRTC-HTTP egress.'),
      line('hls', 'HLS', `${folder}hls/${server.application}/${streamName}/index.m3u8`, 'For phones, televisions and any player; some seconds behind.'),
      line('flv', 'HTTP-FLV', `${folder}${server.application}/${streamName}.flv`, 'For VLC and mpegts.js where only HTTP gets through.'),
      line(
        'embed',
        'In a web page of yours',
        `<iframe src="${folder}player.html?play=${encodeURIComponent(streamName)}&muted=1" allow="autoplay; fullscreen; picture-in-picture"></iframe>`,
        'Parameters: controls=0, muted=1, autoplay=0, over=hls.',
      ),
    ],
    publish: [
      line('obs-server', 'OBS, server', rtmpServer(server, page), 'Settings › Stream, service “Custom…”.'),
      line('obs-key', 'OBS, stream key', streamName, 'The key is the name of the stream.'),
      ...(secure === null ? [] : [line('obs-secure', 'OBS, encrypted', secure, 'The same inside TLS (RTMPS).')]),
      line('whip', 'WHIP', `${folder}whip/${streamName}`, 'In OBS: service WHIP, with this as Server.'),
    ],
  };
}

function line(id: string, label: string, text: string, hint: string): WatchLine {
  return { id, label, text, hint };
}
