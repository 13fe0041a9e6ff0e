/** What the gateway tells about itself, right after connecting. */
export interface ServerInformation {
  readonly version: string;
  /** Host of RTMP addresses; null: the host that this page came from. */
  readonly rtmpHost: string | null;
  readonly rtmpPort: number;
  /** The RTMP application under which published streams are found. */
  readonly application: string;
}

/** Asks the gateway to take a stream. */
export interface PublishRequest {
  readonly streamName: string;
  /** The browser's offer. */
  readonly sdp: string;
  /** The parameters of the stream, for the gateway's rules; those of the page's address go with the connection. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The gateway's yes. */
export interface PublishAnswer {
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
  readonly status: 'PUBLISHING' | 'UNPUBLISHED' | 'FAILED';
  readonly reason: string | null;
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
  | { readonly kind: 'stopping'; readonly streamName: string }
  | { readonly kind: 'unpublished'; readonly reason: string | null }
  | { readonly kind: 'failed'; readonly reason: string };

/** Which camera or microphone to take. */
export type DeviceChoice =
  | { readonly kind: 'default' }
  | { readonly kind: 'device'; readonly deviceId: string }
  | { readonly kind: 'none' };

/** Which camera and which microphone to take. */
export interface DeviceSelection {
  readonly camera: DeviceChoice;
  readonly microphone: DeviceChoice;
}

/** A figure is null while it is not known. */
export interface LiveFigures {
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  readonly bitsPerSecond: number | null;
  /** Share of packets lost on the way to the gateway, 0 to 1. */
  readonly lossRatio: number | null;
  readonly roundTripMilliseconds: number | null;
}
