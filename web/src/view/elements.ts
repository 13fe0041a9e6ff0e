import type { StatusText } from '../wording';

/** The element with this id; a page without it is a mistake of ours. */
export function element<Kind extends Element>(id: string, kind: abstract new (...data: never[]) => Kind): Kind {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) {
    throw new Error(`The page lacks #${id}.`);
  }

  return found;
}

/** The second click of a double click must not undo the first: these buttons change their meaning under the pointer. */
export function onClick(button: HTMLButtonElement, pressed: () => void): void {
  button.addEventListener('click', (event) => {
    if (event.detail <= 1) {
      pressed();
    }
  });
}

export function onSubmit(form: HTMLFormElement, submitted: () => void): void {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submitted();
  });
}

export function showStatus(status: HTMLElement, text: StatusText): void {
  const word = child(status, '.word');
  const detail = child(status, '.detail');
  status.hidden = false;
  status.dataset['tone'] = text.tone;
  setText(word, text.word);
  setText(detail, text.detail === null ? '' : ` ${text.detail}`); // The space parts the two for readers of the text alone.
  detail.hidden = text.detail === null;
}

/** Leaves a text alone that says the same already, so that screen readers do not hear it again. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) {
    target.textContent = text;
  }
}

/** Shows a text in an element that is hidden without one. */
export function showOptional(target: HTMLElement, text: string | null): void {
  setText(target, text ?? '');
  target.hidden = text === null;
}

/** Makes an element with a class and a text. */
export function make<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string, text = ''): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Makes a drawing of one path, which readers of the text do not hear of. */
export function makeDrawing(className: string, width: number, height: number): { svg: SVGSVGElement; path: SVGPathElement } {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', className);
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  const path = document.createElementNS(SVG, 'path');
  svg.append(path);
  return { svg, path };
}

function child(parent: HTMLElement, selector: string): HTMLElement {
  const found = parent.querySelector<HTMLElement>(selector);
  if (found === null) {
    throw new Error(`#${parent.id} lacks ${selector}.`);
  }

  return found;
}
