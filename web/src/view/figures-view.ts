import { History } from '../stats/history';
import type { LiveFigures } from '../types';
import { figuresInWords } from '../wording';
import { make, makeDrawing, setText } from './elements';

/** Size of a graph in its own units. */
const WIDTH = 120;
const HEIGHT = 28;

/** One figure of a side. */
export interface FigureRow {
  /** Its name in test ids, and among the texts of `figuresInWords`. */
  readonly name: string;
  readonly label: string;
  /** What it means, in words. */
  readonly hint: string;
  /** What its graph shows; null: no graph. */
  readonly value: ((figures: LiveFigures) => number | null) | null;
}

/** One figure on the page. */
interface FigureParts {
  readonly row: FigureRow;
  readonly text: HTMLElement;
  readonly path: SVGPathElement | null;
  readonly history: History;
}

/** Live figures with their graphs of the last minute; the texts are there for everybody. */
export class FiguresView {
  private readonly parts: readonly FigureParts[];

  constructor(list: HTMLElement, hints: HTMLElement, rows: readonly FigureRow[], prefix: string) {
    this.parts = rows.map((row) => build(list, row, prefix));
    hints.append(
      ...rows.flatMap(({ label, hint }) => [make('dt', '', label), make('dd', '', hint)]),
    );
  }

  /** One reading a second. */
  show(figures: LiveFigures): void {
    const texts = figuresInWords(figures);
    for (const { row, text, path, history } of this.parts) {
      setText(text, texts[row.name] ?? '–');
      history.add(row.value?.(figures) ?? null);
      path?.setAttribute('d', history.path(WIDTH, HEIGHT));
    }
  }

  /** Nothing runs any more: the last texts would be untrue, and the next stream begins its own graphs. */
  clear(): void {
    for (const { text, path, history } of this.parts) {
      setText(text, '–');
      history.clear();
      path?.setAttribute('d', '');
    }
  }
}

function build(list: HTMLElement, row: FigureRow, prefix: string): FigureParts {
  const id = `${prefix}stat-${row.name}`;
  const text = make('span', 'value', '–');
  text.id = id;
  text.dataset['testid'] = id;
  const cell = make('dd', '');
  cell.append(text);
  let path: SVGPathElement | null = null;
  if (row.value !== null) {
    const drawing = makeDrawing('graph', WIDTH, HEIGHT);
    drawing.svg.setAttribute('preserveAspectRatio', 'none');
    cell.append(drawing.svg);
    path = drawing.path;
  }

  const term = make('dt', '', row.label);
  term.title = row.hint;
  const box = make('div', '');
  box.append(term, cell);
  list.append(box);
  return { row, text, path, history: new History() };
}
