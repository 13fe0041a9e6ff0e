import { hlsAddress } from './addresses';
import { receivingProblem } from './codecs';
import { receivedLine } from './data';
import { type AttachHls, HlsPlayer } from './hls-player';
import { parseStreamName } from './names';
import { Notices } from './notices';
import { Player } from './player';
import { isBusy, type PlayingWay } from './playing';
import { PlayoutTarget } from './playout';
import { hubFailure } from './reasons';
import { PlayingPeer } from './receiving-peer';
import { ScreenDelay } from './screen-delay';
import { iceServersOf } from './server-information';
import type { Signaling } from './signaling';
import { ReceivingMeter } from './stats/receiving';
import type {
  Availability,
  ConnectionState,
  LiveFigures,
  PlayerState,
  ServerInformation,
  StreamData,
  StreamNotice,
  StreamStatus,
} from './types';
import type { ScreenView } from './view/screen-view';

/** What the playing side needs around it; the page and the embedded player show it differently. */
export interface PlayerSideSurroundings {
  /** The page's own address: streams are played over HTTP from where it came. */
  readonly address: URL;
  readonly attachHls: AttachHls;
  readonly signaling: Signaling;
  readonly screen: ScreenView;
  server(): ServerInformation | null;
  showState(state: PlayerState, canPlay: boolean): void;
  showNotices(texts: readonly string[]): void;
  /** Null: nothing is played any more. */
  showFigures(figures: LiveFigures | null): void;
  showData(line: string): void;
  /** The levels that there are to choose from besides the stream itself; none: there is no choice. */
  showLevels?(levels: readonly string[]): void;
  now(): Date;
}

/** Playing, with its picture, notices, figures and data. */
export class PlayerSide {
  private readonly player: Player;
  private readonly hls: HlsPlayer;
  private way: PlayingWay = 'webrtc';
  /** What is played, as the person wrote it. */
  private played = '';
  private hasAskedForLevels = false;
  private readonly notices: Notices;
  private readonly delay: ScreenDelay;
  private meter = new ReceivingMeter();
  private playout = new PlayoutTarget();
  /** The session whose reports the meter has read. */
  private metered: string | null = null;

  constructor(private readonly surroundings: PlayerSideSurroundings) {
    this.notices = new Notices((texts) => surroundings.showNotices(texts));
    this.delay = new ScreenDelay(surroundings.screen.video);
    this.player = new Player({
      signaling: surroundings.signaling,
      mediaAddresses: () => surroundings.server()?.mediaAddresses ?? [],
      receivingProblem,
      openPeer: (onPathState) => {
        const server = surroundings.server();
        return new PlayingPeer(server === null ? {} : { iceServers: iceServersOf(server) }, onPathState);
      },
      stateChanged: (state) => this.stateChanged(state),
      pictureChanged: (stream) => void surroundings.screen.show(stream),
    });
    this.hls = new HlsPlayer({
      video: surroundings.screen.video,
      attach: surroundings.attachHls,
      address: (name, parameters) => hlsAddress(surroundings.server(), name, parameters, surroundings.address),
      stateChanged: (state) => this.stateChanged(state),
      pictureChanged: (isShown) => surroundings.screen.showAttached(isShown),
    });
  }

  get state(): PlayerState {
    return this.way === 'hls' ? this.hls.state : this.player.state;
  }

  /** Plays a stream, unless one is played already. `waits`: over WebRTC, a stream that is not there yet is no failure. */
  play(streamName: string, waits = false, way: PlayingWay = 'webrtc'): void {
    if (isBusy(this.state)) {
      return;
    }

    this.way = way;
    this.played = streamName;
    this.hasAskedForLevels = false;
    if (way === 'hls') {
      this.hls.play(streamName);
    } else {
      this.player.play(streamName, waits);
    }
  }

  /** Over WebRTC: goes over to another level of the stream. */
  chooseQuality(quality: string): void {
    this.player.chooseQuality(quality);
  }

  async stop(): Promise<void> {
    this.hls.stop();
    await this.player.stop();
  }

  connectionChanged(state: ConnectionState): void {
    this.player.connectionChanged(state);
    this.surroundings.showState(this.state, this.canPlay);
  }

  networkChanged(): void {
    this.player.networkChanged();
  }

  streamStatus(status: StreamStatus): void {
    this.player.streamStatus(status);
  }

  streamNotice(notice: StreamNotice): void {
    if (notice.mediaSessionId === this.player.mediaSessionId) {
      this.notices.take(notice);
    }
  }

  streamData(data: StreamData): void {
    if (data.mediaSessionId === this.player.mediaSessionId) {
      this.surroundings.showData(receivedLine(data.payload, this.surroundings.now()));
    }
  }

  /** Whether a stream is there, without playing it; a text: why that is not known. */
  async ask(streamName: string): Promise<Availability | string> {
    const { name, parameters } = parseStreamName(streamName);
    try {
      return await this.surroundings.signaling.available(name, parameters);
    } catch (error) {
      return hubFailure(error);
    }
  }

  /** Once a second. */
  async refreshFigures(): Promise<void> {
    if (this.way === 'hls') {
      this.surroundings.showFigures(this.hls.figures());
      return;
    }

    const report = await this.player.readStats();
    const { mediaSessionId } = this.player;
    if (report === null || mediaSessionId === null) {
      return;
    }

    if (this.metered !== mediaSessionId) {
      this.metered = mediaSessionId;
      this.meter = new ReceivingMeter();
      this.playout = new PlayoutTarget();
      this.delay.reset();
    }

    const gateway = await this.surroundings.signaling.figures(mediaSessionId).catch(() => null);
    if (mediaSessionId !== this.player.mediaSessionId) {
      return;
    }

    const { figures, freezes } = this.meter.measure(report, gateway, this.delay.read());
    this.surroundings.showFigures(figures);
    this.player.peer?.holdBack(this.playout.read(freezes));
  }

  private async showLevels(): Promise<void> {
    const { played } = this;
    const answer = await this.ask(played);
    if (typeof answer !== 'string' && played === this.played && isBusy(this.state)) {
      this.surroundings.showLevels?.(answer.levels ?? []);
    }
  }

  private get canPlay(): boolean {
    const { kind } = this.surroundings.signaling.state;
    return kind !== 'disconnected' && kind !== 'failed';
  }

  private stateChanged(state: PlayerState): void {
    const { screen } = this.surroundings;
    this.surroundings.showState(state, this.canPlay);
    if (state.kind === 'pending' || state.kind === 'paused') {
      screen.showBlank('Waiting for the publisher…');
    } else if (state.kind === 'starting') {
      screen.showBlank('One moment…');
    } else {
      screen.showBlank('The stream appears here once you play it.');
    }

    if (state.kind === 'playing' && this.way === 'webrtc' && !this.hasAskedForLevels) {
      this.hasAskedForLevels = true;
      void this.showLevels();
    } else if (!isBusy(state)) {
      this.surroundings.showLevels?.([]);
    }

    if (state.kind === 'stopped' || state.kind === 'failed' || state.kind === 'paused') {
      this.notices.clear();
      this.surroundings.showFigures(null);
    }
  }
}
