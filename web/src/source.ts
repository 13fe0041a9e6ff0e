import { AudioMix } from './audio-mix';
import { openDevices, openScreen } from './devices';
import { PlainError } from './reasons';
import type { DeviceChoice, DeviceSelection, MediaKind, PictureChoice } from './types';

/** What is captured and sent: one picture and one sound at most. Owns its tracks. */
export interface Source {
  /** The tracks to send; they change when other devices are chosen. */
  readonly stream: MediaStream;
  /** The microphone alone, for its level; null: none. */
  readonly microphone: MediaStreamTrack | null;
  readonly isScreen: boolean;
  /** Null: there is no such track. */
  isMuted(kind: MediaKind): boolean | null;
  setMuted(kind: MediaKind, isMuted: boolean): void;
  /** Takes other devices; gives the tracks to send from now on in place of those of their kinds. Throws `PlainError`. */
  change(selection: DeviceSelection): Promise<readonly MediaStreamTrack[]>;
  release(): void;
}

/** Tracks as they are opened. */
interface Parts {
  picture: MediaStreamTrack | null;
  screenSound: MediaStreamTrack | null;
  microphone: MediaStreamTrack | null;
}

/** Camera or screen, with the microphone; the sound of a shared screen is mixed with it. */
export class CapturedSource implements Source {
  readonly stream = new MediaStream();
  private readonly parts: Parts = { picture: null, screenSound: null, microphone: null };
  private readonly muted: Record<MediaKind, boolean> = { audio: false, video: false };
  private mix: AudioMix | null = null;

  private constructor(
    private selection: DeviceSelection,
    private readonly onEnded: (kind: MediaKind) => void,
  ) {}

  /** Opens what is chosen. The screen comes first: the browser lets a page ask for it right after a click only. */
  static async open(selection: DeviceSelection, onEnded: (kind: MediaKind) => void): Promise<CapturedSource> {
    const source = new CapturedSource(selection, onEnded);
    try {
      await source.openAll();
      return source;
    } catch (error) {
      source.release();
      throw error;
    }
  }

  get microphone(): MediaStreamTrack | null {
    return this.parts.microphone;
  }

  get isScreen(): boolean {
    return this.selection.camera.kind === 'screen';
  }

  isMuted(kind: MediaKind): boolean | null {
    const track = kind === 'audio' ? this.parts.microphone : this.parts.picture;
    return track === null ? null : this.muted[kind];
  }

  /** A muted track goes on as silence or black pictures, so that viewers keep playing. */
  setMuted(kind: MediaKind, isMuted: boolean): void {
    this.muted[kind] = isMuted;
    this.applyMutes();
  }

  async change(selection: DeviceSelection): Promise<readonly MediaStreamTrack[]> {
    const before = this.selection;
    if (!sameChoice(before.camera, selection.camera)) {
      await this.changePicture(selection.camera);
      this.selection = { ...this.selection, camera: selection.camera };
    }

    if (!sameChoice(before.microphone, selection.microphone)) {
      await this.changeMicrophone(selection.microphone);
      this.selection = { ...this.selection, microphone: selection.microphone };
    }

    return this.compose();
  }

  release(): void {
    for (const part of [this.parts.picture, this.parts.screenSound, this.parts.microphone]) {
      part?.stop();
    }

    this.mix?.close();
    this.mix = null;
  }

  private async openAll(): Promise<void> {
    const { camera, microphone } = this.selection;
    if (camera.kind === 'screen') {
      await this.openScreen();
      if (microphone.kind !== 'none') {
        this.setPart('microphone', first(await openDevices({ camera: { kind: 'none' }, microphone }), 'audio'));
      }
    } else {
      const stream = await openDevices({ camera, microphone });
      this.setPart('picture', first(stream, 'video'));
      this.setPart('microphone', first(stream, 'audio'));
    }

    this.compose();
  }

  private async openScreen(): Promise<void> {
    const stream = await openScreen();
    this.setPart('picture', first(stream, 'video'));
    this.setPart('screenSound', first(stream, 'audio'));
  }

  private async changePicture(choice: PictureChoice): Promise<void> {
    if (choice.kind === 'none') {
      throw new PlainError('A stream with a picture keeps it; turn the camera off instead.');
    }

    if (choice.kind === 'screen') {
      await this.openScreen();
    } else {
      const stream = await openDevices({ camera: choice, microphone: { kind: 'none' } });
      this.setPart('picture', first(stream, 'video'));
      this.setPart('screenSound', null);
    }
  }

  private async changeMicrophone(choice: DeviceChoice): Promise<void> {
    if (choice.kind === 'none') {
      throw new PlainError('A stream with sound keeps it; mute the microphone instead.');
    }

    this.setPart('microphone', first(await openDevices({ camera: { kind: 'none' }, microphone: choice }), 'audio'));
  }

  private setPart(part: keyof Parts, track: MediaStreamTrack | null): void {
    this.parts[part]?.stop();
    this.parts[part] = track;
    track?.addEventListener('ended', () => {
      // A shared screen may fall silent on its own; that ends nothing.
      if (this.parts[part] === track && part !== 'screenSound') {
        this.onEnded(part === 'picture' ? 'video' : 'audio');
      }
    });
  }

  /** Puts the tracks to send into the stream. */
  private compose(): readonly MediaStreamTrack[] {
    const tracks = [this.sound(), this.parts.picture].filter((track) => track !== null);
    for (const old of this.stream.getTracks()) {
      if (!tracks.includes(old)) {
        this.stream.removeTrack(old);
      }
    }

    const added = tracks.filter((track) => !this.stream.getTracks().includes(track));
    added.forEach((track) => this.stream.addTrack(track));
    this.applyMutes();
    return added;
  }

  private sound(): MediaStreamTrack | null {
    const { microphone, screenSound } = this.parts;
    this.mix?.close();
    this.mix = null;
    if (microphone === null || screenSound === null) {
      return microphone ?? screenSound;
    }

    this.mix = new AudioMix([microphone, screenSound]);
    return this.mix.track;
  }

  private applyMutes(): void {
    if (this.parts.microphone !== null) {
      this.parts.microphone.enabled = !this.muted.audio;
    }

    if (this.parts.picture !== null) {
      this.parts.picture.enabled = !this.muted.video;
    }
  }
}

function first(stream: MediaStream, kind: MediaKind): MediaStreamTrack | null {
  return (kind === 'video' ? stream.getVideoTracks() : stream.getAudioTracks())[0] ?? null;
}

function sameChoice(one: PictureChoice, other: PictureChoice): boolean {
  return one.kind === other.kind && (one.kind !== 'device' || other.kind !== 'device' || one.deviceId === other.deviceId);
}
