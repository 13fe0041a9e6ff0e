import { qrCode } from '../qr';
import type { WatchLine, WatchLines } from '../watching';
import { breakableAfterSlashes, copiesFrom } from './copying';
import { element, make, makeDrawing, setText } from './elements';

/** The panel that says how a stream is watched and published by other programs. */
export class WatchView {
  private readonly panel = element('how-to-watch', HTMLElement);
  private readonly heading = element('how-to-watch-name', HTMLElement);
  private readonly watchList = element('watch-lines', HTMLElement);
  private readonly publishList = element('publish-lines', HTMLElement);
  private readonly code = element('qr-code', HTMLElement);
  private readonly link = element('player-link', HTMLAnchorElement);
  private readonly report = element('watch-report', HTMLElement);
  private shown = '';

  /** Null: there is nothing to be said, for want of a gateway or a name. */
  show(lines: WatchLines | null, streamName: string): void {
    this.panel.hidden = lines === null;
    const key = JSON.stringify(lines);
    if (lines === null || key === this.shown) {
      return;
    }

    this.shown = key;
    setText(this.heading, streamName);
    this.watchList.replaceChildren(...lines.watch.map((line) => this.build(line)));
    this.publishList.replaceChildren(...lines.publish.map((line) => this.build(line)));
    this.link.href = lines.playerPage;
    this.showCode(lines.playerPage);
  }

  private build(line: WatchLine): HTMLElement {
    const code = document.createElement('code');
    code.dataset['testid'] = `watch-${line.id}`;
    code.append(...breakableAfterSlashes(line.text));
    const button = make('button', 'button quiet small', 'Copy');
    button.type = 'button';
    button.setAttribute('aria-label', `Copy ${line.label}`);
    copiesFrom(button, code, this.report, line.label);
    const address = make('div', 'address');
    address.append(code, button);
    const item = make('div', 'line');
    item.append(make('h4', '', line.label), address, make('p', 'hint', line.hint));
    return item;
  }

  private showCode(text: string): void {
    const code = qrCode(text);
    if (code === null) {
      this.code.replaceChildren();
      return;
    }

    const { svg, path } = makeDrawing('qr', code.size, code.size);
    path.setAttribute('d', code.path);
    this.code.replaceChildren(svg);
  }
}
