import { DEFAULT_PAYLOAD, MOST_RECEIVED } from '../data';
import { element, make, onClick, showOptional } from './elements';

/** The boxes of data that go along with a stream. */
export class DataView {
  private readonly text = element('data-text', HTMLTextAreaElement);
  private readonly button = element('data-send', HTMLButtonElement);
  private readonly report = element('data-report', HTMLElement);
  private readonly received = element('data-received', HTMLElement);
  private readonly empty = element('data-empty', HTMLElement);

  constructor(listener: { sendPressed(): void }) {
    this.text.value = DEFAULT_PAYLOAD;
    onClick(this.button, () => listener.sendPressed());
    this.text.addEventListener('input', () => this.showProblem(null));
  }

  get payload(): string {
    return this.text.value;
  }

  set canSend(canSend: boolean) {
    this.button.disabled = !canSend;
  }

  showProblem(problem: string | null): void {
    this.text.setAttribute('aria-invalid', String(problem !== null));
    showOptional(this.report, problem);
  }

  /** The newest piece comes first; the oldest ones go. */
  addReceived(line: string): void {
    this.empty.hidden = true;
    this.received.prepend(make('li', '', line));
    while (this.received.childElementCount > MOST_RECEIVED) {
      this.received.lastElementChild?.remove();
    }
  }
}
