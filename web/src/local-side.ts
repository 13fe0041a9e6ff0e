import { rtmpUrl } from './addresses';
import { planVideo, sendableVideoCodecs, sendingProblem } from './codecs';
import { canShareScreen, listDevices } from './devices';
import { PUBLISHER_ROWS } from './figure-rows';
import { LevelMeter } from './level';
import { parseStreamName, streamNameProblem } from './names';
import { Notices } from './notices';
import { parsePayload } from './data';
import { Publisher } from './publisher';
import { convertedVideo, hubFailure, messageOf, PlainError } from './reasons';
import { PublishingPeer } from './sending-peer';
import { iceServersOf } from './server-information';
import type { Signaling } from './signaling';
import { CapturedSource, type Source } from './source';
import { SendingMeter } from './stats/sending';
import type { ConnectionState, MediaKind, PublisherState, ServerInformation, StreamNotice, StreamStatus } from './types';
import { element } from './view/elements';
import { FiguresView } from './view/figures-view';
import { PublisherView } from './view/publisher-view';

const LEVEL_MILLISECONDS = 100;

/** What the publishing side needs of the page. */
export interface LocalSideSurroundings {
  readonly signaling: Signaling;
  readonly address: URL;
  server(): ServerInformation | null;
  /** The name, the state or both have changed. */
  changed(): void;
}

/** The publishing side of the page: joins what the person does, the publisher and the views. */
export class LocalSide {
  private readonly view = new PublisherView(
    {
      publishPressed: () => this.toggle(),
      publishRequested: () => this.publish(),
      streamNameEdited: () => this.surroundings.changed(),
      devicesChosen: () => void this.changeDevices(),
      mutePressed: (kind) => this.toggleMute(kind),
    },
    canShareScreen(),
  );

  private readonly figures = new FiguresView(
    element('local-figures', HTMLElement),
    element('local-figure-hints', HTMLElement),
    PUBLISHER_ROWS,
    '',
  );

  private readonly notices = new Notices((texts) => this.view.showNotices(texts));
  private readonly publisher: Publisher;
  private meter = new SendingMeter();
  /** The session whose reports the meter has read. */
  private metered: string | null = null;
  private level: LevelMeter | null = null;
  private levelTimer: ReturnType<typeof setInterval> | undefined;

  constructor(private readonly surroundings: LocalSideSurroundings) {
    this.publisher = new Publisher({
      signaling: surroundings.signaling,
      mediaAddresses: () => surroundings.server()?.mediaAddresses ?? [],
      sendingProblem: (sendsVideo) => sendingProblem(sendsVideo, this.acceptsVideo),
      openSource: (selection, onEnded) => CapturedSource.open(selection, onEnded),
      openPeer: (stream, onPathState) => {
        const server = surroundings.server();
        const configuration = server === null ? {} : { iceServers: iceServersOf(server) };
        return new PublishingPeer(stream, configuration, this.acceptsVideo, onPathState);
      },
      stateChanged: (state) => this.stateChanged(state),
      sourceChanged: (source) => this.sourceChanged(source),
    });
  }

  get streamName(): string {
    return this.view.streamName;
  }

  set streamName(name: string) {
    this.view.streamName = name;
  }

  /** The name under which the stream is found, or will be; null: it cannot be used. */
  get nameInForce(): string | null {
    const { state } = this.publisher;
    const name = 'streamName' in state ? state.streamName : parseStreamName(this.view.streamName).name;
    return streamNameProblem(name) === null ? name : null;
  }

  get isPublishing(): boolean {
    return this.publisher.state.kind === 'publishing';
  }

  stop(): Promise<void> {
    return this.publisher.stop();
  }

  connectionChanged(state: ConnectionState): void {
    this.publisher.connectionChanged(state);
    this.view.show(this.publisher.state, this.canPublish);
    this.showRtmpUrl();
    if (state.kind === 'established') {
      this.noteConversion();
    }
  }

  networkChanged(): void {
    this.publisher.networkChanged();
  }

  streamStatus(status: StreamStatus): void {
    this.publisher.streamStatus(status);
  }

  streamNotice(notice: StreamNotice): void {
    if (notice.mediaSessionId === this.publisher.mediaSessionId) {
      this.notices.take(notice);
    }
  }

  /** Sends a text as a payload; gives what is wrong with it, null when it is on its way. */
  async sendData(text: string): Promise<string | null> {
    const payload = parsePayload(text);
    const { mediaSessionId } = this.publisher;
    if (payload.kind === 'problem') {
      return payload.words;
    }

    if (mediaSessionId === null) {
      return 'Data goes along with a stream: publish first.';
    }

    try {
      await this.surroundings.signaling.sendData(mediaSessionId, payload.value);
      return null;
    } catch (error) {
      return hubFailure(error);
    }
  }

  async refreshDevices(): Promise<void> {
    this.view.showDevices(await listDevices());
  }

  showRtmpUrl(): void {
    const server = this.surroundings.server();
    const name = this.nameInForce;
    if (this.surroundings.signaling.state.kind === 'reconnecting') {
      return; // What was shown stays true until the connection has come back or failed.
    }

    this.view.showRtmpUrl(server === null || name === null ? null : rtmpUrl(server, name, this.surroundings.address), this.isPublishing);
  }

  /** Once a second. */
  async refreshFigures(): Promise<void> {
    const report = await this.publisher.readStats();
    const { mediaSessionId } = this.publisher;
    if (report === null || mediaSessionId === null) {
      return;
    }

    if (this.metered !== mediaSessionId) {
      this.metered = mediaSessionId;
      this.meter = new SendingMeter();
    }

    const gateway = await this.surroundings.signaling.figures(mediaSessionId).catch(() => null);
    if (mediaSessionId === this.publisher.mediaSessionId) {
      this.figures.show(this.meter.measure(report, gateway));
    }
  }

  private get acceptsVideo(): readonly string[] {
    return this.surroundings.server()?.acceptsVideo ?? ['H264'];
  }

  /** A click while the connection is being made is kept: the publisher waits for it. */
  private get canPublish(): boolean {
    const { kind } = this.surroundings.signaling.state;
    return kind !== 'disconnected' && kind !== 'failed';
  }

  private toggle(): void {
    const { kind } = this.publisher.state;
    if (kind === 'ready' || kind === 'unpublished' || kind === 'failed') {
      this.publish();
    } else {
      void this.publisher.stop();
    }
  }

  private publish(): void {
    if (this.canPublish) {
      this.view.checkName();
      void this.publisher.publish(this.view.streamName, this.view.selection);
    }
  }

  private async changeDevices(): Promise<void> {
    try {
      await this.publisher.changeSource(this.view.selection);
    } catch (error) {
      this.view.showDeviceProblem(error instanceof PlainError ? error.message : messageOf(error));
    }
  }

  private toggleMute(kind: MediaKind): void {
    const { source } = this.publisher;
    source?.setMuted(kind, source.isMuted(kind) !== true);
    this.view.showMutes(source);
  }

  private stateChanged(state: PublisherState): void {
    this.view.show(state, this.canPublish);
    if (state.kind === 'unpublished' || state.kind === 'failed') {
      this.notices.clear();
      this.noteConversion();
      this.figures.clear();
    }

    this.showRtmpUrl();
    this.surroundings.changed();
  }

  private sourceChanged(source: Source | null): void {
    this.view.showSource(source);
    this.followLevel(source?.microphone ?? null);
    if (source !== null) {
      // With the permission, the browser tells the devices' names.
      void this.refreshDevices();
    }
  }

  private followLevel(microphone: MediaStreamTrack | null): void {
    clearInterval(this.levelTimer);
    this.level?.close();
    this.level = null;
    if (microphone === null || typeof AudioContext === 'undefined') {
      return;
    }

    const level = new LevelMeter(microphone);
    this.level = level;
    this.levelTimer = setInterval(() => this.view.showLevel(level.read()), LEVEL_MILLISECONDS);
  }

  /** Says before the first click that the gateway will have to convert the picture. */
  private noteConversion(): void {
    const plan = typeof RTCPeerConnection === 'undefined' ? null : planVideo(sendableVideoCodecs(), this.acceptsVideo);
    const isConverted = plan !== null && plan.kind === 'send' && plan.isConverted;
    this.notices.take({ mediaSessionId: '', code: 'videoConverted', text: isConverted ? convertedVideo(plan.codec) : null });
  }
}
