import { element, onClick } from './elements';

/** Fullscreen on iPhones, which have it for videos alone and under this name. */
interface AppleVideo {
  webkitEnterFullscreen?(): void;
}

/** The player's picture and what belongs to it: sound, full screen, picture in picture. */
export class ScreenView {
  readonly video = element('play-video', HTMLVideoElement);
  private readonly screen = element('play-screen', HTMLElement);
  private readonly blank = element('play-blank', HTMLElement);
  private readonly blankText = element('play-blank-text', HTMLElement);
  private readonly unmuteButton = element('play-unmute', HTMLButtonElement);
  private readonly controls = element('play-controls', HTMLElement);
  private readonly soundButton = element('play-sound', HTMLButtonElement);
  private readonly volume = element('play-volume', HTMLInputElement);
  private readonly fullScreenButton = element('play-fullscreen', HTMLButtonElement);
  private readonly pictureButton = element('play-pip', HTMLButtonElement);
  /** Muted by the person, and not by the browser's rules or the page's address. */
  private isMutedByPerson = false;
  private isShown = false;

  constructor(startsMuted = false, hasControls = true) {
    this.video.muted = startsMuted;
    this.controls.hidden = !hasControls;
    onClick(this.unmuteButton, () => this.setSound(true));
    onClick(this.soundButton, () => this.setSound(this.video.muted));
    onClick(this.fullScreenButton, () => void this.toggleFullScreen());
    onClick(this.pictureButton, () => void this.togglePictureInPicture());
    this.volume.addEventListener('input', () => {
      this.video.volume = Number(this.volume.value);
      this.setSound(this.video.volume > 0);
    });
    this.video.addEventListener('volumechange', () => this.showSound());
    this.pictureButton.hidden = !canPictureInPicture();
    this.showSound();
  }

  /** Shows a stream with sound where the browser lets the page, else muted with a button; null: shows nothing. */
  async show(stream: MediaStream | null): Promise<void> {
    this.video.srcObject = stream;
    this.reveal(stream !== null);
    if (stream === null) {
      return;
    }

    try {
      await this.video.play();
    } catch (error) {
      // Any other failure has to do with a stream that is gone already.
      if (error instanceof DOMException && error.name === 'NotAllowedError' && !this.video.muted) {
        this.video.muted = true;
        await this.video.play().catch(() => undefined);
      }
    }

    this.showSound();
  }

  /** Shows what was attached to the video element itself, with a bar to seek in; false: nothing any more. */
  showAttached(isShown: boolean): void {
    this.video.controls = isShown;
    this.reveal(isShown);
    this.showSound();
  }

  /** What stands where the picture will be. */
  showBlank(text: string): void {
    this.blankText.textContent = text;
  }

  private reveal(isShown: boolean): void {
    this.isShown = isShown;
    this.blank.hidden = isShown;
    this.screen.dataset['live'] = String(isShown);
    this.unmuteButton.hidden = true;
  }

  private setSound(isOn: boolean): void {
    this.isMutedByPerson = !isOn;
    this.video.muted = !isOn;
    if (isOn && this.video.volume === 0) {
      this.video.volume = 1;
    }

    this.showSound();
  }

  private showSound(): void {
    const { muted, volume } = this.video;
    this.unmuteButton.hidden = !muted || !this.isShown || this.isMutedByPerson;
    this.soundButton.textContent = muted ? 'Sound on' : 'Sound off';
    this.soundButton.dataset['on'] = String(muted);
    this.volume.value = String(muted ? 0 : volume);
  }

  private async toggleFullScreen(): Promise<void> {
    const requestFullscreen: HTMLElement['requestFullscreen'] | undefined = this.screen.requestFullscreen;
    if (requestFullscreen === undefined) {
      (this.video as AppleVideo).webkitEnterFullscreen?.();
    } else if (document.fullscreenElement === null) {
      await this.screen.requestFullscreen().catch(() => undefined);
    } else {
      await document.exitFullscreen().catch(() => undefined);
    }
  }

  private async togglePictureInPicture(): Promise<void> {
    await (document.pictureInPictureElement === this.video
      ? document.exitPictureInPicture()
      : this.video.requestPictureInPicture()
    ).catch(() => undefined);
  }
}

function canPictureInPicture(): boolean {
  const isEnabled: boolean | undefined = document.pictureInPictureEnabled;
  return isEnabled === true;
}
