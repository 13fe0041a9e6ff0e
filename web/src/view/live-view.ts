import type { LiveStream } from '../live-list';
import { element, make, setText } from './elements';

/** The panel that shows who is live: a picture for each stream, which plays it. */
export class LiveView {
  private readonly panel = element('live', HTMLElement);
  private readonly list = element('live-list', HTMLElement);
  private readonly cards = new Map<string, LiveCard>();
  private shownTimes = 0;

  constructor(
    private readonly page: URL,
    private readonly chosen: (streamName: string) => void,
  ) {}

  /** Cards that are there already stay where they are; their pictures are asked for anew. */
  show(streams: readonly LiveStream[]): void {
    this.shownTimes += 1;
    const names = new Set(streams.map((stream) => stream.name));
    for (const [name, card] of this.cards) {
      if (!names.has(name)) {
        card.item.remove();
        this.cards.delete(name);
      }
    }

    for (const stream of streams) {
      let card = this.cards.get(stream.name);
      if (card === undefined) {
        card = new LiveCard(stream.name, this.chosen);
        this.cards.set(stream.name, card);
        this.list.append(card.item);
      }

      card.show(stream, this.page, this.shownTimes);
    }

    this.panel.hidden = streams.length === 0;
  }
}

/** One stream of the list. */
class LiveCard {
  readonly item = make('li', 'live-card');
  private readonly picture = make('img', 'live-picture');
  private readonly detail = make('span', 'hint');

  constructor(name: string, chosen: (streamName: string) => void) {
    const button = make('button', 'live-button');
    button.type = 'button';
    button.setAttribute('aria-label', `Play ${name}`);
    button.addEventListener('click', () => chosen(name));
    this.picture.alt = '';
    this.picture.addEventListener('error', () => this.picture.classList.add('without'));
    this.picture.addEventListener('load', () => this.picture.classList.remove('without'));
    this.picture.classList.add('without');
    const frame = make('span', 'live-frame');
    frame.append(this.picture);
    button.append(frame, make('span', 'live-name', name), this.detail);
    this.item.append(button);
  }

  show(stream: LiveStream, page: URL, time: number): void {
    if (stream.snapshot !== null) {
      const address = new URL(`.${stream.snapshot}`, page);
      address.search = `t=${time}`;
      this.picture.src = address.href;
    }

    setText(this.detail, detailOf(stream));
  }
}

function detailOf(stream: LiveStream): string {
  const viewers = stream.viewers === 1 ? '1 viewer' : `${stream.viewers} viewers`;
  const size = stream.width === null || stream.height === null ? [] : [`${stream.width}×${stream.height}`];
  return [viewers, `${durationOf(stream.publishedSeconds)} on air`, ...size].join(' · ');
}

function durationOf(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes < 1 ? `${Math.floor(seconds)} s` : minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
