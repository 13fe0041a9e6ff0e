import type { GatewayFigures, LiveFigures } from '../types';

export const NO_FIGURES: LiveFigures = {
  width: null,
  height: null,
  framesPerSecond: null,
  bitsPerSecond: null,
  lossRatio: null,
  roundTripMilliseconds: null,
  bufferMilliseconds: null,
  skewMilliseconds: null,
  delayMilliseconds: null,
};

/** One of the gateway's figures; null: not told. */
export function gatewayFigure(figures: GatewayFigures | null, name: string): number | null {
  const value = figures?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
