import { defaultServerAddress, hubUrl, securePage } from './addresses';
import { receivableVideoCodecs, sendableVideoCodecs } from './codecs';
import { deviceAccessProblem, listDevices, onDevicesChanged } from './devices';
import { PLAYER_ROWS } from './figure-rows';
import { attachHls } from './hls';
import { fetchLiveList, LiveList } from './live-list';
import { LocalSide } from './local-side';
import { parseStreamName, playedNameProblem, randomStreamName } from './names';
import { readPageParameters } from './parameters';
import { PlayerSide } from './player-side';
import { isBusy } from './playing';
import { runPreflight } from './preflight';
import { tryWay } from './reach';
import { Signaling } from './signaling';
import type { ConnectionState, ServerInformation, StreamStatus } from './types';
import { ConnectionView } from './view/connection-view';
import { DataView } from './view/data-view';
import { element } from './view/elements';
import { FiguresView } from './view/figures-view';
import { LiveView } from './view/live-view';
import { PlayerView } from './view/player-view';
import { PreflightView } from './view/preflight-view';
import { ScreenView } from './view/screen-view';
import { WatchView } from './view/watch-view';
import { watchLines } from './watching';

const FIGURES_MILLISECONDS = 1000;

/** The Two Way Streaming page: the connection, its two sides, and the panels below. */
export class Page {
  private readonly address = new URL(location.href);
  private readonly parameters = readPageParameters(this.address.searchParams);
  /** What the gateway has told last; it stays in force while the connection comes back. */
  private server: ServerInformation | null = null;
  private isChecking = false;

  private readonly connectionView = new ConnectionView({
    connectionPressed: () => void this.toggleConnection(),
    connectRequested: () => this.connect(),
  });

  private readonly signaling: Signaling = new Signaling({
    connectionChanged: (state) => this.connectionChanged(state),
    streamStatus: (status) => this.streamStatus(status),
    streamData: (data) => this.player.streamData(data),
    streamNotice: (notice) => {
      this.local.streamNotice(notice);
      this.player.streamNotice(notice);
    },
  });

  private readonly watchView = new WatchView();
  private readonly dataView = new DataView({ sendPressed: () => void this.sendData() });
  private readonly preflightView = new PreflightView({ checkPressed: () => void this.check() });

  private readonly playerView = new PlayerView({
    playPressed: () => this.togglePlaying(),
    playRequested: () => this.play(),
    availablePressed: () => void this.showAvailability(),
    playNameEdited: () => {
      this.isPlayNameOwn = true;
    },
    qualityChosen: (quality) => this.player.chooseQuality(quality),
  });

  private readonly playerFigures = new FiguresView(
    element('play-figures', HTMLElement),
    element('play-figure-hints', HTMLElement),
    PLAYER_ROWS,
    'play-',
  );

  private readonly local: LocalSide = new LocalSide({
    signaling: this.signaling,
    address: this.address,
    server: () => this.server,
    changed: () => this.localChanged(),
  });

  private readonly player: PlayerSide = new PlayerSide({
    address: this.address,
    attachHls,
    signaling: this.signaling,
    screen: new ScreenView(this.parameters.muted, this.parameters.controls),
    server: () => this.server,
    showState: (state, canPlay) => this.playerView.show(state, canPlay),
    showNotices: (texts) => this.playerView.showNotices(texts),
    showFigures: (figures) => (figures === null ? this.playerFigures.clear() : this.playerFigures.show(figures)),
    showData: (line) => this.dataView.addReceived(line),
    showLevels: (levels) => this.playerView.showLevels(levels),
    now: () => new Date(),
  });

  private readonly liveView = new LiveView(this.address, (streamName) => void this.playChosen(streamName));

  private readonly liveList = new LiveList({
    fetchList: () => fetchLiveList(this.address),
    isVisible: () => document.visibilityState === 'visible',
    // The page plays streams of the application that the gateway has named.
    changed: (streams) => this.liveView.show(streams.filter((stream) => stream.application === this.server?.application)),
  });

  /** The person has written a name of their own to play: it no longer follows the published one. */
  private isPlayNameOwn = false;

  /** Shows the page and connects. */
  open(): void {
    const name = this.parameters.publish ?? randomStreamName();
    this.connectionView.serverAddress = defaultServerAddress(this.address);
    this.local.streamName = name;
    this.playerView.streamName = this.parameters.play ?? name;
    this.playerView.way = this.parameters.way;
    this.isPlayNameOwn = this.parameters.play !== null;
    this.connectionView.showNotice(deviceAccessProblem());
    void this.local.refreshDevices();
    onDevicesChanged(() => void this.local.refreshDevices());
    addEventListener('online', () => this.networkChanged());
    setInterval(() => void this.refreshFigures(), FIGURES_MILLISECONDS);
    this.connect();
    this.liveList.start();
    if (this.parameters.play !== null && this.parameters.autoplay) {
      element('player', HTMLElement).scrollIntoView();
      this.player.play(this.parameters.play, true, this.parameters.way);
    }
  }

  /** Frees the devices and ends the streams, as the person leaves the page. */
  leave(): void {
    this.liveList.stop();
    void this.local.stop();
    void this.player.stop();
    void this.signaling.disconnect();
  }

  /** Goes on where `leave` has stopped. */
  comeBack(): void {
    this.connect();
    this.liveList.start();
  }

  connect(): void {
    const { kind } = this.signaling.state;
    if (kind !== 'disconnected' && kind !== 'failed') {
      return;
    }

    const url = hubUrl(this.connectionView.serverAddress, this.address);
    this.connectionView.showAddressProblem(url === null ? 'This is no server address; it looks like ws://host:8080.' : null);
    if (url !== null) {
      void this.signaling.connect(url);
    }
  }

  private async toggleConnection(): Promise<void> {
    const { kind } = this.signaling.state;
    if (kind === 'disconnected' || kind === 'failed') {
      this.connect();
      return;
    }

    await Promise.all([this.local.stop(), this.player.stop()]);
    await this.signaling.disconnect();
  }

  private connectionChanged(state: ConnectionState): void {
    if (state.kind === 'established') {
      this.server = state.server;
      this.connectionView.showNotice(deviceAccessProblem(securePage(state.server, this.address)));
    } else if (state.kind !== 'reconnecting') {
      this.server = null;
    }

    this.connectionView.show(state);
    this.local.connectionChanged(state);
    this.player.connectionChanged(state);
    this.localChanged();
  }

  private networkChanged(): void {
    this.signaling.probe();
    this.local.networkChanged();
    this.player.networkChanged();
  }

  private streamStatus(status: StreamStatus): void {
    this.local.streamStatus(status);
    this.player.streamStatus(status);
  }

  /** The publishing side's name, state or both have changed, or what the gateway tells. */
  private localChanged(): void {
    const name = this.local.nameInForce;
    if (!this.isPlayNameOwn && name !== null) {
      this.followPublishedName(name);
    }

    this.local.showRtmpUrl();
    this.dataView.canSend = this.local.isPublishing;
    this.watchView.show(this.server === null || name === null ? null : watchLines(this.server, name, this.address), name ?? '');
  }

  private followPublishedName(name: string): void {
    if (!isBusy(this.player.state) && this.playerView.streamName !== name) {
      this.playerView.streamName = name;
    }
  }

  private togglePlaying(): void {
    if (isBusy(this.player.state)) {
      void this.player.stop();
    } else {
      this.play();
    }
  }

  private play(): void {
    this.playerView.checkName();
    this.player.play(this.playerView.streamName, false, this.playerView.way);
  }

  /** Plays a stream of the list, instead of what is played now. */
  private async playChosen(streamName: string): Promise<void> {
    await this.player.stop();
    this.playerView.streamName = streamName;
    this.isPlayNameOwn = true;
    element('player', HTMLElement).scrollIntoView({ block: 'nearest' });
    this.player.play(streamName, false, this.playerView.way);
  }

  private async showAvailability(): Promise<void> {
    const name = this.playerView.streamName;
    const problem = playedNameProblem(parseStreamName(name).name);
    const answer = problem ?? (await this.player.ask(name));
    if (name !== this.playerView.streamName) {
      return;
    }

    if (typeof answer === 'string') {
      this.playerView.showAvailabilityProblem(answer);
    } else {
      this.playerView.showAvailability(answer);
    }
  }

  private async sendData(): Promise<void> {
    this.dataView.showProblem(await this.local.sendData(this.dataView.payload));
  }

  private async check(): Promise<void> {
    if (this.isChecking) {
      return;
    }

    this.isChecking = true;
    this.preflightView.begin();
    const { server } = this;
    await runPreflight(
      {
        isSecure: deviceAccessProblem() === null,
        securePage: server === null ? null : securePage(server, this.address),
        server,
        codecs: (direction) => (direction === 'send' ? sendableVideoCodecs() : receivableVideoCodecs()),
        countDevices: async () => {
          const { cameras, microphones } = await listDevices();
          return { cameras: cameras.length, microphones: microphones.length };
        },
        permission: async (name) => {
          const permissions: Permissions | undefined = navigator.permissions;
          const status = await permissions?.query({ name: name as PermissionName }).catch(() => null);
          return status?.state ?? null;
        },
        reach: (way) => (server === null ? Promise.reject(new Error('There is no connection.')) : tryWay(way, server, this.signaling)),
      },
      (result) => this.preflightView.show(result),
    );
    this.preflightView.finish();
    this.isChecking = false;
  }

  private async refreshFigures(): Promise<void> {
    await Promise.all([this.local.refreshFigures(), this.player.refreshFigures()]);
  }
}
