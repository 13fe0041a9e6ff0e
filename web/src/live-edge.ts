/** Seconds that a jump back has to span to be the viewer's own: players also mend small gaps by seeking. */
const OWN_JUMP_SECONDS = 1;

/**
 * Whether somebody who plays a live stream wants to be at its edge: from the beginning, until he pauses or goes back, and again when he goes
 * to the edge.
 */
export class LiveEdge {
  private position: number;
  private followed = true;

  /** `edge` is where a player of the live stream is to be, in the video's own time; null: not known. */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly edge: () => number | null,
  ) {
    this.position = video.currentTime;
    video.addEventListener('timeupdate', this.moved);
    video.addEventListener('seeking', this.sought);
    video.addEventListener('pause', this.paused);
  }

  get isFollowed(): boolean {
    return this.followed;
  }

  detach(): void {
    this.video.removeEventListener('timeupdate', this.moved);
    this.video.removeEventListener('seeking', this.sought);
    this.video.removeEventListener('pause', this.paused);
  }

  private readonly moved = (): void => {
    if (!this.video.seeking) {
      this.position = this.video.currentTime;
    }
  };

  private readonly sought = (): void => {
    const { currentTime } = this.video;
    const edge = this.edge();
    if (edge !== null && currentTime >= edge - OWN_JUMP_SECONDS) {
      this.followed = true;
    } else if (currentTime < this.position - OWN_JUMP_SECONDS) {
      this.followed = false;
    }

    this.position = currentTime;
  };

  private readonly paused = (): void => {
    this.followed = false;
  };
}
