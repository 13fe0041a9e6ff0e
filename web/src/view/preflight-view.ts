import type { CheckResult } from '../preflight';
import { element, make, onClick, setText } from './elements';

/** The list of what was checked before publishing. */
export class PreflightView {
  private readonly button = element('check-button', HTMLButtonElement);
  private readonly list = element('check-results', HTMLElement);
  private readonly rows = new Map<string, { readonly row: HTMLElement; readonly words: HTMLElement }>();

  constructor(listener: { checkPressed(): void }) {
    onClick(this.button, () => listener.checkPressed());
  }

  begin(): void {
    this.button.setAttribute('aria-disabled', 'true');
    this.button.textContent = 'Checking…';
    this.rows.clear();
    this.list.replaceChildren();
  }

  show(result: CheckResult): void {
    const { row, words } = this.rows.get(result.id) ?? this.add(result);
    row.dataset['grade'] = result.grade;
    setText(words, result.words);
  }

  finish(): void {
    this.button.setAttribute('aria-disabled', 'false');
    this.button.textContent = 'Check again';
  }

  private add(result: CheckResult): { readonly row: HTMLElement; readonly words: HTMLElement } {
    const row = make('li', 'check');
    row.dataset['testid'] = result.id;
    const words = make('span', 'words');
    row.append(make('strong', 'label', result.label), ' ', words);
    this.list.append(row);
    const parts = { row, words };
    this.rows.set(result.id, parts);
    return parts;
  }
}
