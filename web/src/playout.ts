/** How far the picture is held back after each new freeze, and at most; and after how long without one it is let go again. */
const STEP_MILLISECONDS = 60;
const MOST_MILLISECONDS = 300;
const CALM_SECONDS = 60;

/**
 * How long pictures are held back before they are shown: not at all while the browser's own buffer suffices, a little longer after every
 * freeze, and shorter again step by step when there have been none. One reading a second.
 */
export class PlayoutTarget {
  private freezes: number | null = null;
  private calm = 0;
  private milliseconds = 0;

  /** Takes the count of freezes; gives the time to hold back, null for the browser's own choice. */
  read(freezes: number | null): number | null {
    const isFrozen = freezes !== null && this.freezes !== null && freezes > this.freezes;
    this.freezes = freezes;
    this.calm = isFrozen ? 0 : this.calm + 1;
    if (isFrozen) {
      this.milliseconds = Math.min(MOST_MILLISECONDS, this.milliseconds + STEP_MILLISECONDS);
    } else if (this.calm >= CALM_SECONDS && this.milliseconds > 0) {
      this.milliseconds -= STEP_MILLISECONDS;
      this.calm = 0;
    }

    return this.milliseconds === 0 ? null : this.milliseconds;
  }
}
