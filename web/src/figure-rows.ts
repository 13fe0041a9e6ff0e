import type { FigureRow } from './view/figures-view';

const RESOLUTION: FigureRow = {
  name: 'resolution',
  label: 'Resolution',
  hint: 'Width and height of the picture in pixels.',
  value: null,
};

const FRAMES: FigureRow = {
  name: 'fps',
  label: 'Frames/s',
  hint: 'Pictures in the last second.',
  value: ({ framesPerSecond }) => framesPerSecond,
};

const BITRATE: FigureRow = {
  name: 'bitrate',
  label: 'Bitrate',
  hint: 'Picture and sound together, with the headers of RTP.',
  value: ({ bitsPerSecond }) => bitsPerSecond,
};

const ROUND_TRIP: FigureRow = {
  name: 'rtt',
  label: 'Round trip',
  hint: 'From this browser to the gateway and back, on the path in use.',
  value: ({ roundTripMilliseconds }) => roundTripMilliseconds,
};

/** The figures of the publishing side. */
export const PUBLISHER_ROWS: readonly FigureRow[] = [
  RESOLUTION,
  BITRATE,
  FRAMES,
  {
    name: 'loss',
    label: 'Loss',
    hint: 'Packets that the gateway reported lost, before their repair.',
    value: ({ lossRatio }) => lossRatio,
  },
  ROUND_TRIP,
  {
    name: 'buffer',
    label: 'Jitter buffer',
    hint: 'How long the gateway waits for packets to be put in order or repaired.',
    value: ({ bufferMilliseconds }) => bufferMilliseconds,
  },
  {
    name: 'skew',
    label: 'A/V skew',
    hint: 'Sound against picture as the gateway measures it; positive: the sound is ahead.',
    value: ({ skewMilliseconds }) => skewMilliseconds,
  },
  {
    name: 'delay',
    label: 'Delay',
    hint: 'To the gateway: half a round trip and the encoding of a picture. The camera’s own delay is not in it.',
    value: ({ delayMilliseconds }) => delayMilliseconds,
  },
];

/** The figures of the playing side. */
export const PLAYER_ROWS: readonly FigureRow[] = [
  RESOLUTION,
  BITRATE,
  FRAMES,
  {
    name: 'loss',
    label: 'Loss',
    hint: 'Packets of the last second that did not arrive, repaired ones not counted.',
    value: ({ lossRatio }) => lossRatio,
  },
  ROUND_TRIP,
  {
    name: 'buffer',
    label: 'Jitter buffer',
    hint: 'How long this browser holds media back to show them evenly.',
    value: ({ bufferMilliseconds }) => bufferMilliseconds,
  },
  {
    name: 'skew',
    label: 'A/V skew',
    hint: 'Sound against picture as this browser plays them; positive: the sound is ahead.',
    value: ({ skewMilliseconds }) => skewMilliseconds,
  },
  {
    name: 'delay',
    label: 'Delay',
    hint:
      'End to end: half the publisher’s round trip (of browsers only), half of this one, and from the receipt of a picture here to the screen. ' +
      'Camera and encoder are not in it.',
    value: ({ delayMilliseconds }) => delayMilliseconds,
  },
];
