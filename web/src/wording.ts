import type { ConnectionState, LiveFigures, PublisherState, StartStep } from './types';

/** A status as it is shown: one word in capitals, and what there is to say about it. */
export interface StatusText {
  readonly word: string;
  readonly detail: string | null;
  readonly tone: 'good' | 'busy' | 'idle' | 'bad';
}

/** Live figures as they are shown. */
export interface FigureTexts {
  readonly resolution: string;
  readonly framesPerSecond: string;
  readonly bitrate: string;
  readonly loss: string;
  readonly roundTrip: string;
}

/** Stands for a figure that is not known. */
const UNKNOWN = '–';

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
    case 'stopping':
      return { word: 'STOPPING', detail: null, tone: 'busy' };
    case 'unpublished':
      return { word: 'UNPUBLISHED', detail: state.reason, tone: 'idle' };
    case 'failed':
      return { word: 'FAILED', detail: state.reason, tone: 'bad' };
  }
}

export function figuresInWords(figures: LiveFigures): FigureTexts {
  const { width, height, framesPerSecond, bitsPerSecond, lossRatio, roundTripMilliseconds } = figures;
  return {
    resolution: width === null || height === null ? UNKNOWN : `${width} × ${height}`,
    framesPerSecond: framesPerSecond === null ? UNKNOWN : framesPerSecond.toFixed(0),
    bitrate: bitsPerSecond === null ? UNKNOWN : bitrate(bitsPerSecond),
    loss: lossRatio === null ? UNKNOWN : `${(lossRatio * 100).toFixed(1)} %`,
    roundTrip: roundTripMilliseconds === null ? UNKNOWN : `${roundTripMilliseconds.toFixed(roundTripMilliseconds < 10 ? 1 : 0)} ms`,
  };
}

function bitrate(bitsPerSecond: number): string {
  return bitsPerSecond < 1_000_000 ? `${Math.round(bitsPerSecond / 1000)} kbit/s` : `${(bitsPerSecond / 1_000_000).toFixed(2)} Mbit/s`;
}

function startStep(step: StartStep): string {
  switch (step) {
    case 'devices':
      return 'Waiting for camera and microphone; the browser may ask for permission…';
    case 'gateway':
      return 'Asking the gateway…';
    case 'media':
      return 'Waiting for picture and sound to reach the gateway…';
  }
}
