/** A STUN or TURN server, as the gateway hands it out. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string | null;
  readonly credential?: string | null;
}

/** What the gateway tells about itself, right after connecting. */
export interface ServerInformation {
  readonly version: string;
  /** Host of RTMP addresses; null: the host that this page came from. */
  readonly rtmpHost: string | null;
  readonly rtmpPort: number;
  /** Null: the gateway has no RTMPS port. */
  readonly rtmpsPort: number | null;
  /** The RTMP application under which published streams are found. */
  readonly application: string;
  /** Null: not told. */
  readonly httpPort: number | null;
  /** Null: the gateway serves no HTTPS itself. */
  readonly httpsPort: number | null;
  readonly iceServers: readonly IceServer[];
  /** Where media are received, as `host:port`, possibly with the transport behind. */
  readonly mediaAddresses: readonly string[];
  /** The video codecs that a page may send; all but H.264 are converted by the gateway. */
  readonly acceptsVideo: readonly string[];
}

/** Asks the gateway to take or to give a stream. */
export interface SessionRequest {
  readonly streamName: string;
  /** The browser's offer. */
  readonly sdp: string;
  /** The parameters of the stream, for the gateway's rules; those of the page's address go with the connection. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The gateway's yes. */
export interface SessionAnswer {
  readonly mediaSessionId: string;
  /** The name in force: the gateway's rules may have given another one. */
  readonly streamName: string;
  /** The gateway's answer. */
  readonly sdp: string;
}

/** What the gateway reports of a media session on its own account. */
export interface StreamStatus {
  readonly mediaSessionId: string;
  readonly streamName: string;
  readonly status: 'PENDING' | 'PUBLISHING' | 'UNPUBLISHED' | 'PLAYING' | 'STOPPED' | 'FAILED';
  readonly reason: string | null;
}

/** Data that the publisher of a stream sends to its players. */
export interface StreamData {
  readonly mediaSessionId: string;
  readonly streamName: string;
  readonly payload: unknown;
}

/** Something about a running session that the person should know; a null text withdraws it. */
export interface StreamNotice {
  readonly mediaSessionId: string;
  readonly code: string;
  readonly text: string | null;
}

/** Whether a stream is there to be played, and what it consists of. */
export interface Availability {
  readonly available: boolean;
  /** Why not, in words. */
  readonly info: string | null;
  readonly video?: { readonly codec: string; readonly width?: number | null; readonly height?: number | null } | null;
  readonly audio?: { readonly codec: string } | null;
  readonly hasBFrames?: boolean | null;
  readonly viewers?: number | null;
  /** The levels that it is to be had in besides itself, the highest rate first. */
  readonly levels?: readonly string[] | null;
}

/** The signalling connection, as far as this page knows. */
export type ConnectionState =
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'established'; readonly server: ServerInformation }
  /** Lost without anybody asking for it; being tried again. */
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'failed'; readonly reason: string };

/** What a publisher that is starting waits for. */
export type StartStep = 'devices' | 'gateway' | 'media';

/** The publishing side. */
export type PublisherState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'starting'; readonly streamName: string; readonly step: StartStep }
  /** `concern`: what is wrong just now, in words, while the stream may still recover. */
  | { readonly kind: 'publishing'; readonly streamName: string; readonly concern: string | null }
  /** The stream was lost and is being published again under the same name. */
  | { readonly kind: 'reconnecting'; readonly streamName: string; readonly reason: string }
  | { readonly kind: 'stopping'; readonly streamName: string }
  | { readonly kind: 'unpublished'; readonly reason: string | null }
  | { readonly kind: 'failed'; readonly reason: string };

/** The playing side. */
export type PlayerState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'starting'; readonly streamName: string; readonly step: Exclude<StartStep, 'devices'> }
  /** There is no publisher; playing begins with it. */
  | { readonly kind: 'pending'; readonly streamName: string; readonly reason: string | null }
  | { readonly kind: 'playing'; readonly streamName: string; readonly concern: string | null }
  | { readonly kind: 'reconnecting'; readonly streamName: string; readonly reason: string }
  /** The publisher has stopped; playing goes on when it comes back. */
  | { readonly kind: 'paused'; readonly streamName: string; readonly reason: string | null }
  | { readonly kind: 'stopping'; readonly streamName: string }
  | { readonly kind: 'stopped'; readonly reason: string | null }
  | { readonly kind: 'failed'; readonly reason: string };

/** Which camera or microphone to take. */
export type DeviceChoice =
  | { readonly kind: 'default' }
  | { readonly kind: 'device'; readonly deviceId: string }
  | { readonly kind: 'none' };

/** Where the picture comes from. */
export type PictureChoice = DeviceChoice | { readonly kind: 'screen' };

/** Which picture and which microphone to take. */
export interface DeviceSelection {
  readonly camera: PictureChoice;
  readonly microphone: DeviceChoice;
}

/** The two kinds of media. */
export type MediaKind = 'audio' | 'video';

/** Live figures of one side. A figure is null while it is not known. */
export interface LiveFigures {
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  readonly bitsPerSecond: number | null;
  /** Share of packets lost on the way, 0 to 1. */
  readonly lossRatio: number | null;
  readonly roundTripMilliseconds: number | null;
  /** How long media wait to be put in order where they are received. */
  readonly bufferMilliseconds: number | null;
  /** Positive: the sound is ahead of the picture. */
  readonly skewMilliseconds: number | null;
  readonly delayMilliseconds: number | null;
}

/** What the gateway measures of one session; every field may be absent or null. */
export type GatewayFigures = Readonly<Record<string, number | null | undefined>>;
