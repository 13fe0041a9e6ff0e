import { parseStreamName, streamNameProblem } from '../names';
import { showOptional } from './elements';

/** A field for a stream name, with what is wrong with it below. */
export class NameField {
  constructor(
    private readonly field: HTMLInputElement,
    private readonly problem: HTMLElement,
    edited: () => void,
    private readonly problemOf: (name: string) => string | null = streamNameProblem,
  ) {
    field.addEventListener('input', () => {
      this.showProblem(problemOf(parseStreamName(this.value).name));
      edited();
    });
  }

  get value(): string {
    return this.field.value.trim();
  }

  set value(name: string) {
    this.field.value = name;
    this.showProblem(null);
  }

  set isLocked(isLocked: boolean) {
    this.field.readOnly = isLocked;
  }

  /** Leads the person to a name that is refused; the status says why. True: the name can be used. */
  check(): boolean {
    const isUsable = this.problemOf(parseStreamName(this.value).name) === null;
    if (!isUsable) {
      this.showProblem(null);
      this.field.setAttribute('aria-invalid', 'true');
      this.field.focus();
    }

    return isUsable;
  }

  private showProblem(problem: string | null): void {
    this.field.setAttribute('aria-invalid', String(problem !== null));
    showOptional(this.problem, problem);
  }
}
