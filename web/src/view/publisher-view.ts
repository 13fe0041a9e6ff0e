import type { DeviceList } from '../devices';
import type { Source } from '../source';
import type { DeviceSelection, MediaKind, PublisherState } from '../types';
import { statusOfPublisher } from '../wording';
import { breakableAfterSlashes, copiesFrom } from './copying';
import { DeviceLists } from './device-lists';
import { element, onClick, onSubmit, showOptional, showStatus } from './elements';
import { NameField } from './name-field';

/** What the person does on the publishing side. */
export interface PublisherViewListener {
  publishPressed(): void;
  publishRequested(): void;
  streamNameEdited(): void;
  devicesChosen(): void;
  mutePressed(kind: MediaKind): void;
}

/** The publishing side: preview, name, devices, button and status. */
export class PublisherView {
  private readonly preview = element('preview', HTMLVideoElement);
  private readonly blank = element('preview-blank', HTMLElement);
  private readonly blankText = element('preview-blank-text', HTMLElement);
  private readonly button = element('publish-button', HTMLButtonElement);
  private readonly status = element('publish-status', HTMLElement);
  private readonly notices = element('publish-notices', HTMLElement);
  private readonly deviceProblem = element('device-problem', HTMLElement);
  private readonly tools = element('publish-tools', HTMLElement);
  private readonly level = element('level', HTMLMeterElement);
  private readonly watch = element('watch', HTMLElement);
  private readonly rtmpUrl = element('rtmp-url', HTMLElement);
  private readonly rtmpHintBefore = element('rtmp-hint-before', HTMLElement);
  private readonly muteButtons: Readonly<Record<MediaKind, HTMLButtonElement>> = {
    audio: element('mute-microphone', HTMLButtonElement),
    video: element('mute-camera', HTMLButtonElement),
  };
  private readonly name: NameField;
  private readonly lists: DeviceLists;

  constructor(listener: PublisherViewListener, offersScreen: boolean) {
    onClick(this.button, () => listener.publishPressed());
    onSubmit(element('publish-form', HTMLFormElement), () => listener.publishRequested());
    onClick(this.muteButtons.audio, () => listener.mutePressed('audio'));
    onClick(this.muteButtons.video, () => listener.mutePressed('video'));
    this.name = new NameField(element('stream-name', HTMLInputElement), element('stream-name-problem', HTMLElement), () =>
      listener.streamNameEdited(),
    );
    this.lists = new DeviceLists(element('camera', HTMLSelectElement), element('microphone', HTMLSelectElement), offersScreen, () =>
      listener.devicesChosen(),
    );
    copiesFrom(element('copy-button', HTMLButtonElement), this.rtmpUrl, element('copy-report', HTMLElement), 'RTMP address');
  }

  get streamName(): string {
    return this.name.value;
  }

  set streamName(name: string) {
    this.name.value = name;
  }

  get selection(): DeviceSelection {
    return this.lists.selection;
  }

  /** Leads the person to a name that is refused. */
  checkName(): void {
    this.name.check();
  }

  show(state: PublisherState, canPublish: boolean): void {
    const isBusy = state.kind !== 'ready' && state.kind !== 'unpublished' && state.kind !== 'failed';
    this.button.textContent = isBusy ? 'Stop' : 'Publish';
    this.button.dataset['action'] = isBusy ? 'stop' : 'start';
    // A disabled button would lose the focus; while stopping, a press does nothing anyway.
    this.button.setAttribute('aria-disabled', String(state.kind === 'stopping'));
    this.button.disabled = !isBusy && !canPublish;
    this.name.isLocked = isBusy;
    showStatus(this.status, statusOfPublisher(state));
  }

  showNotices(texts: readonly string[]): void {
    showOptional(this.notices, texts.length === 0 ? null : texts.join(' '));
  }

  /** What is captured; null: nothing. */
  showSource(source: Source | null): void {
    const hasPicture = source !== null && source.isMuted('video') !== null;
    this.preview.srcObject = source?.stream ?? null;
    this.blank.hidden = hasPicture;
    this.blankText.textContent = source === null ? 'Your camera appears here once you publish.' : 'Sending sound only.';
    this.tools.hidden = source === null;
    this.lists.follow(source === null ? null : { video: hasPicture, audio: source.stream.getAudioTracks().length > 0 });
    if (source !== null) {
      this.lists.keep();
    }

    this.showMutes(source);
    this.showDeviceProblem(null);
  }

  showMutes(source: Source | null): void {
    const picture = source?.isScreen === true ? 'screen' : 'camera';
    showMute(this.muteButtons.audio, source?.isMuted('audio') ?? null, 'Mute microphone', 'Unmute microphone');
    showMute(this.muteButtons.video, source?.isMuted('video') ?? null, `Turn ${picture} off`, `Turn ${picture} on`);
    this.level.hidden = source === null || source.microphone === null;
  }

  /** How loud the microphone is, 0 to 1. */
  showLevel(level: number): void {
    this.level.value = level;
  }

  showDevices(devices: DeviceList): void {
    this.lists.show(devices);
  }

  /** Other devices could not be had: what was chosen before goes on. */
  showDeviceProblem(problem: string | null): void {
    showOptional(this.deviceProblem, problem);
    if (problem !== null) {
      this.lists.revert();
    }
  }

  /** Shows the address under which the stream is found, or will be; null: there is none. */
  showRtmpUrl(url: string | null, isPublishing: boolean): void {
    if (this.rtmpUrl.textContent !== (url ?? '')) {
      this.rtmpUrl.replaceChildren(...breakableAfterSlashes(url ?? ''));
    }

    this.watch.hidden = url === null;
    this.rtmpHintBefore.hidden = isPublishing;
  }
}

function showMute(button: HTMLButtonElement, isMuted: boolean | null, mute: string, unmute: string): void {
  button.hidden = isMuted === null;
  button.textContent = isMuted === true ? unmute : mute;
  button.dataset['on'] = String(isMuted === true);
}
