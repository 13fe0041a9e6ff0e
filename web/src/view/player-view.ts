import { playedNameProblem } from '../names';
import { isBusy, type PlayingWay } from '../playing';
import type { Availability, PlayerState } from '../types';
import { statusOfAvailability, statusOfPlayer } from '../wording';
import { element, onClick, onSubmit, showOptional, showStatus } from './elements';
import { NameField } from './name-field';

/** What the person does on the playing side. */
export interface PlayerViewListener {
  playPressed(): void;
  playRequested(): void;
  availablePressed(): void;
  playNameEdited(): void;
  qualityChosen(quality: string): void;
}

/** The playing side: name, buttons and statuses; its picture is in `ScreenView`. */
export class PlayerView {
  private readonly button = element('play-button', HTMLButtonElement);
  private readonly availableButton = element('available-button', HTMLButtonElement);
  private readonly status = element('play-status', HTMLElement);
  private readonly availableStatus = element('available-status', HTMLElement);
  private readonly notices = element('play-notices', HTMLElement);
  private readonly wayChoice = element('play-way', HTMLSelectElement);
  private readonly qualityField = element('play-quality-field', HTMLElement);
  private readonly qualityChoice = element('play-quality', HTMLSelectElement);
  private readonly name: NameField;

  constructor(listener: PlayerViewListener) {
    onClick(this.button, () => listener.playPressed());
    onClick(this.availableButton, () => listener.availablePressed());
    this.qualityChoice.addEventListener('change', () => listener.qualityChosen(this.qualityChoice.value));
    onSubmit(element('play-form', HTMLFormElement), () => listener.playRequested());
    this.name = new NameField(
      element('play-stream-name', HTMLInputElement),
      element('play-stream-name-problem', HTMLElement),
      () => {
        this.availableStatus.hidden = true;
        listener.playNameEdited();
      },
      playedNameProblem,
    );
  }

  get streamName(): string {
    return this.name.value;
  }

  set streamName(name: string) {
    this.name.value = name;
    this.availableStatus.hidden = true;
  }

  get way(): PlayingWay {
    return this.wayChoice.value === 'hls' ? 'hls' : 'webrtc';
  }

  set way(way: PlayingWay) {
    this.wayChoice.value = way;
  }

  /** Leads the person to a name that is refused. */
  checkName(): boolean {
    return this.name.check();
  }

  show(state: PlayerState, canPlay: boolean): void {
    const busy = isBusy(state);
    this.button.textContent = busy ? 'Stop' : 'Play';
    // There may be two buttons that say Stop: each has a name of its own.
    this.button.setAttribute('aria-label', busy ? 'Stop playing' : 'Play');
    this.button.dataset['action'] = busy ? 'stop' : 'start';
    this.button.setAttribute('aria-disabled', String(state.kind === 'stopping'));
    this.button.disabled = !busy && !canPlay;
    this.availableButton.disabled = !canPlay;
    this.name.isLocked = busy;
    this.wayChoice.disabled = busy;
    showStatus(this.status, statusOfPlayer(state));
  }

  showAvailability(answer: Availability): void {
    showStatus(this.availableStatus, statusOfAvailability(answer));
  }

  showAvailabilityProblem(reason: string): void {
    showStatus(this.availableStatus, { word: 'UNKNOWN', detail: reason, tone: 'bad' });
  }

  /** Offers a choice where there is one; a stream begins as it is published. */
  showLevels(levels: readonly string[]): void {
    this.qualityField.hidden = levels.length === 0;
    const options: readonly (readonly [string, string])[] = [
      ['source', 'As published'],
      ['auto', 'Automatic'],
      ...levels.map((level) => [level, level] as const),
    ];
    this.qualityChoice.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  }

  showNotices(texts: readonly string[]): void {
    showOptional(this.notices, texts.length === 0 ? null : texts.join(' '));
  }
}
