/** Reads how loud a microphone is; the track stays the caller's. */
export class LevelMeter {
  private readonly context = new AudioContext();
  private readonly analyser = this.context.createAnalyser();
  private readonly samples = new Float32Array(this.analyser.fftSize);

  constructor(track: MediaStreamTrack) {
    this.context.createMediaStreamSource(new MediaStream([track])).connect(this.analyser);
  }

  /** From 0 (silence) to 1 (as loud as can be). */
  read(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    return levelOf(this.samples);
  }

  close(): void {
    void this.context.close();
  }
}

/** Quieter than this shows as nothing, in dB below full scale. */
const FLOOR_DECIBELS = -60;

/** The loudness of samples on a scale that follows the ear: 0 at the floor, 1 at full scale. */
export function levelOf(samples: ArrayLike<number>): number {
  let energy = 0;
  for (let index = 0; index < samples.length; index++) {
    energy += (samples[index] ?? 0) ** 2;
  }

  const decibels = 10 * Math.log10(energy / Math.max(1, samples.length));
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DECIBELS));
}
