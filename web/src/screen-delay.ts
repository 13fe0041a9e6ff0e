/** What browsers tell of a shown picture; `receiveTime` is there for pictures that came over WebRTC. */
interface ShownPicture {
  readonly expectedDisplayTime: number;
  readonly receiveTime?: number;
}

/** How much a new picture counts in the average. */
const SHARE = 0.1;

/** Measures on a video element how long pictures take from their receipt to the screen. */
export class ScreenDelay {
  private average: number | null = null;

  constructor(private readonly video: HTMLVideoElement) {
    this.follow();
  }

  /** Milliseconds, averaged; null: this browser does not tell. */
  read(): number | null {
    return this.average;
  }

  /** The next picture begins a new average. */
  reset(): void {
    this.average = null;
  }

  private follow(): void {
    const request: HTMLVideoElement['requestVideoFrameCallback'] | undefined = this.video.requestVideoFrameCallback;
    request?.call(this.video, (_now, picture: ShownPicture) => {
      this.add(picture);
      this.follow();
    });
  }

  private add({ expectedDisplayTime, receiveTime }: ShownPicture): void {
    if (receiveTime === undefined || expectedDisplayTime < receiveTime) {
      return;
    }

    const delay = expectedDisplayTime - receiveTime;
    this.average = this.average === null ? delay : this.average + SHARE * (delay - this.average);
  }
}
