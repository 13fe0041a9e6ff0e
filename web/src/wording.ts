import type { Availability, ConnectionState, LiveFigures, PlayerState, PublisherState, StartStep } from './types';

export type Tone = 'good' | 'busy' | 'idle' | 'bad';

/** A status as it is shown: one word in capitals, and what there is to say about it. */
export interface StatusText {
  readonly word: string;
  readonly detail: string | null;
  readonly tone: Tone;
}

/** Stands for a figure that is not known. */
const UNKNOWN = '–';

const REFUSED_NAME = /^Stream name is already in use$/;
const NAME_HINT = 'Server already has a publish stream with the same name, try using different one.';

export function statusOfConnection(state: ConnectionState): StatusText {
  switch (state.kind) {
    case 'disconnected':
      return { word: 'DISCONNECTED', detail: null, tone: 'idle' };
    case 'connecting':
      return { word: 'CONNECTING', detail: null, tone: 'busy' };
    case 'established':
      return { word: 'ESTABLISHED', detail: null, tone: 'good' };
    case 'reconnecting':
      return { word: 'DISCONNECTED', detail: 'The connection to the gateway was lost; connecting again…', tone: 'busy' };
    case 'failed':
      return { word: 'FAILED', detail: state.reason, tone: 'bad' };
  }
}

export function statusOfPublisher(state: PublisherState): StatusText {
  switch (state.kind) {
    case 'ready':
      return { word: 'READY', detail: null, tone: 'idle' };
    case 'starting':
      return { word: 'STARTING', detail: startStep(state.step), tone: 'busy' };
    case 'publishing':
      return { word: 'PUBLISHING', detail: state.concern, tone: state.concern === null ? 'good' : 'busy' };
    case 'reconnecting':
      return { word: 'RECONNECTING', detail: `${sentence(state.reason)} Publishing again under the same name…`, tone: 'busy' };
    case 'stopping':
      return { word: 'STOPPING', detail: null, tone: 'busy' };
    case 'unpublished':
      return { word: 'UNPUBLISHED', detail: state.reason, tone: 'idle' };
    case 'failed':
      return { word: 'FAILED', detail: REFUSED_NAME.test(state.reason) ? `${state.reason}. ${NAME_HINT}` : state.reason, tone: 'bad' };
  }
}

export function statusOfPlayer(state: PlayerState): StatusText {
  switch (state.kind) {
    case 'ready':
      return { word: 'READY', detail: null, tone: 'idle' };
    case 'starting':
      return { word: 'STARTING', detail: startStep(state.step), tone: 'busy' };
    case 'pending':
      return { word: 'PENDING', detail: 'Waiting for the publisher…', tone: 'busy' };
    case 'playing':
      return { word: 'PLAYING', detail: state.concern, tone: state.concern === null ? 'good' : 'busy' };
    case 'reconnecting':
      return { word: 'RECONNECTING', detail: `${sentence(state.reason)} Playing again…`, tone: 'busy' };
    case 'paused':
      return { word: 'STOPPED', detail: `${sentence(state.reason ?? '')} Goes on when the stream is back.`.trim(), tone: 'idle' };
    case 'stopping':
      return { word: 'STOPPING', detail: null, tone: 'busy' };
    case 'stopped':
      return { word: 'STOPPED', detail: state.reason, tone: 'idle' };
    case 'failed':
      return { word: 'FAILED', detail: state.reason, tone: 'bad' };
  }
}

export function statusOfAvailability(answer: Availability): StatusText {
  return answer.available
    ? { word: 'AVAILABLE', detail: contentOf(answer), tone: 'good' }
    : { word: 'UNAVAILABLE', detail: answer.info, tone: 'bad' };
}

/** Live figures as they are shown, by the names that the page knows them under. */
export function figuresInWords(figures: LiveFigures): Readonly<Record<string, string>> {
  const { width, height, framesPerSecond, bitsPerSecond, lossRatio } = figures;
  return {
    resolution: width === null || height === null ? UNKNOWN : `${width} × ${height}`,
    fps: framesPerSecond === null ? UNKNOWN : framesPerSecond.toFixed(0),
    bitrate: bitsPerSecond === null ? UNKNOWN : bitrate(bitsPerSecond),
    loss: lossRatio === null ? UNKNOWN : `${(lossRatio * 100).toFixed(1)} %`,
    rtt: milliseconds(figures.roundTripMilliseconds),
    buffer: milliseconds(figures.bufferMilliseconds),
    skew: signed(figures.skewMilliseconds),
    delay: milliseconds(figures.delayMilliseconds),
  };
}

function milliseconds(value: number | null): string {
  return value === null ? UNKNOWN : `${value.toFixed(Math.abs(value) < 10 ? 1 : 0)} ms`;
}

function signed(value: number | null): string {
  const rounded = value === null ? null : Math.round(value);
  return rounded === null ? UNKNOWN : `${rounded > 0 ? '+' : rounded < 0 ? '−' : ''}${Math.abs(rounded)} ms`;
}

function bitrate(bitsPerSecond: number): string {
  return bitsPerSecond < 1_000_000 ? `${Math.round(bitsPerSecond / 1000)} kbit/s` : `${(bitsPerSecond / 1_000_000).toFixed(2)} Mbit/s`;
}

/** What a stream consists of: `H264 640 × 360, Opus; 2 viewers`. */
function contentOf({ video, audio, hasBFrames, viewers }: Availability): string | null {
  const size = video?.width && video.height ? ` ${video.width} × ${video.height}` : '';
  const media = [video ? video.codec + size : null, audio?.codec].filter((part) => part !== null && part !== undefined).join(', ');
  const parts = [media, hasBFrames === true ? 'B-frames' : '', viewers ? `${viewers} ${viewers === 1 ? 'viewer' : 'viewers'}` : ''];
  return parts.filter((part) => part !== '').join('; ') || null;
}

function sentence(text: string): string {
  return text === '' || /[.!?…]$/.test(text) ? text : `${text}.`;
}

function startStep(step: StartStep): string {
  switch (step) {
    case 'devices':
      return 'Waiting for camera and microphone; the browser may ask for permission…';
    case 'gateway':
      return 'Asking the gateway…';
    case 'media':
      return 'Waiting for picture and sound…';
  }
}
