import { defaultServerAddress, hubUrl } from './addresses';
import { attachHls } from './hls';
import { readPageParameters } from './parameters';
import { PlayerSide } from './player-side';
import { Signaling } from './signaling';
import type { ServerInformation } from './types';
import { element, showStatus } from './view/elements';
import { ScreenView } from './view/screen-view';
import { statusOfConnection, statusOfPlayer } from './wording';

/** The player alone, for frames in other pages: plays the stream of its address and waits for it when it is not there. */
class EmbeddedPlayer {
  private readonly address = new URL(location.href);
  private readonly parameters = readPageParameters(this.address.searchParams);
  private readonly status = element('play-status', HTMLElement);
  private server: ServerInformation | null = null;

  private readonly signaling: Signaling = new Signaling({
    connectionChanged: (state) => {
      this.server = state.kind === 'established' ? state.server : this.server;
      this.player.connectionChanged(state);
      if (state.kind === 'failed') {
        showStatus(this.status, statusOfConnection(state));
      }
    },
    streamStatus: (status) => this.player.streamStatus(status),
    streamData: (data) => this.player.streamData(data),
    streamNotice: (notice) => this.player.streamNotice(notice),
  });

  private readonly player: PlayerSide = new PlayerSide({
    address: this.address,
    attachHls,
    signaling: this.signaling,
    screen: new ScreenView(this.parameters.muted, this.parameters.controls),
    server: () => this.server,
    showState: (state) => {
      showStatus(this.status, statusOfPlayer(state));
      const isQuiet = state.kind === 'playing' && state.concern === null;
      this.status.classList.toggle('visually-hidden', isQuiet);
      element('play-start', HTMLButtonElement).hidden = state.kind !== 'ready' && state.kind !== 'failed' && state.kind !== 'stopped';
    },
    showNotices: () => undefined,
    showFigures: () => undefined,
    showData: () => undefined,
    now: () => new Date(),
  });

  open(): void {
    element('play-start', HTMLButtonElement).addEventListener('click', () => this.play());
    addEventListener('online', () => {
      this.signaling.probe();
      this.player.networkChanged();
    });
    addEventListener('pagehide', () => void this.player.stop());
    this.connect();
    if (this.parameters.autoplay) {
      this.play();
    }
  }

  private connect(): void {
    const { kind } = this.signaling.state;
    const url = hubUrl(defaultServerAddress(this.address), this.address);
    if (url !== null && (kind === 'disconnected' || kind === 'failed')) {
      void this.signaling.connect(url);
    }
  }

  /** A connection that has failed is tried again with the next click. */
  private play(): void {
    this.connect();
    this.player.play(this.parameters.play ?? '', true, this.parameters.way);
  }
}

new EmbeddedPlayer().open();
