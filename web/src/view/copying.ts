const COPIED_MILLISECONDS = 2000;
const SELECTED_MILLISECONDS = 10_000;

/** Lets a button copy the text of an element; `report` says how it went where the button cannot. */
export function copiesFrom(button: HTMLButtonElement, source: HTMLElement, report: HTMLElement, what: string): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const copy = async (): Promise<void> => {
    const copied = await copyText(source);
    button.textContent = copied ? 'Copied' : 'Selected';
    report.classList.toggle('visually-hidden', copied); // The button says it already.
    report.textContent = copied
      ? `${what} copied.`
      : 'This browser does not let the page copy. The text is selected: press Ctrl+C.';
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = 'Copy';
      report.textContent = '';
    }, copied ? COPIED_MILLISECONDS : SELECTED_MILLISECONDS);
  };
  button.addEventListener('click', () => void copy());
}

/** The same text, which a narrow page may break between its parts. */
export function breakableAfterSlashes(text: string): Node[] {
  return text
    .split(/(?<=\/)(?=[^/])/)
    .flatMap((part, index) => (index === 0 ? [new Text(part)] : [document.createElement('wbr'), new Text(part)]));
}

/** Insecure pages have no clipboard: then the text is selected at least. */
async function copyText(source: HTMLElement): Promise<boolean> {
  const clipboard: Clipboard | undefined = navigator.clipboard;
  try {
    if (clipboard !== undefined) {
      await clipboard.writeText(source.textContent ?? '');
      return true;
    }
  } catch {
    // Refused by the browser: select instead.
  }

  getSelection()?.selectAllChildren(source);
  return false;
}
