import { defaultServerAddress, hubUrl, rtmpUrl } from './addresses';
import { deviceAccessProblem, listDevices, onDevicesChanged, openDevices, releaseDevices } from './devices';
import { parseStreamName, randomStreamName, streamNameProblem } from './names';
import { PublishingPeer, sendingProblem } from './peer';
import { Publisher } from './publisher';
import { Signaling } from './signaling';
import { NO_FIGURES } from './stats';
import type { ConnectionState, PublisherState } from './types';
import { View } from './view';

const FIGURES_MILLISECONDS = 1000;

/** The Two Way Streaming page: joins what the person does, the signalling and the publisher. */
export class Page {
  private readonly address = new URL(location.href);

  private readonly view = new View({
    connectionPressed: () => void this.toggleConnection(),
    connectRequested: () => this.connect(),
    publishPressed: () => this.togglePublishing(),
    publishRequested: () => this.publish(),
    streamNameEdited: () => {
      this.view.showStreamNameProblem(streamNameProblem(parseStreamName(this.view.streamName).name));
      this.showRtmpUrl();
    },
  });

  private readonly signaling = new Signaling({
    connectionChanged: (state) => this.connectionChanged(state),
    streamStatus: (status) => this.publisher.streamStatus(status),
  });

  private readonly publisher = new Publisher({
    signaling: this.signaling,
    sendingProblem,
    openDevices,
    releaseDevices,
    openPeer: (stream, onPathState) => new PublishingPeer(stream, onPathState),
    stateChanged: (state) => this.publisherChanged(state),
    previewChanged: (stream) => this.previewChanged(stream),
  });

  /** Shows the page and connects. */
  open(): void {
    this.view.serverAddress = defaultServerAddress(this.address);
    this.view.streamName = randomStreamName();
    const problem = deviceAccessProblem();
    if (problem !== null) {
      this.view.showNotice(problem);
    }

    void this.refreshDevices();
    onDevicesChanged(() => void this.refreshDevices());
    setInterval(() => void this.refreshFigures(), FIGURES_MILLISECONDS);
    this.connect();
  }

  /** Frees the devices and ends the stream, as the person leaves the page. */
  leave(): void {
    void this.publisher.stop();
    void this.signaling.disconnect();
  }

  connect(): void {
    const { kind } = this.signaling.state;
    if (kind !== 'disconnected' && kind !== 'failed') {
      return;
    }

    const url = hubUrl(this.view.serverAddress, this.address);
    this.view.showServerAddressProblem(url === null ? 'This is no server address; it looks like ws://host:8080.' : null);
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

    await this.publisher.stop();
    await this.signaling.disconnect();
  }

  private togglePublishing(): void {
    const { kind } = this.publisher.state;
    if (kind === 'starting' || kind === 'publishing') {
      void this.publisher.stop();
    } else {
      this.publish();
    }
  }

  private publish(): void {
    if (!this.canPublish()) {
      return;
    }

    if (streamNameProblem(parseStreamName(this.view.streamName).name) !== null) {
      this.view.refuseStreamName();
    }

    void this.publisher.publish(this.view.streamName, this.view.devices);
  }

  private connectionChanged(state: ConnectionState): void {
    this.view.showConnection(state);
    this.publisher.connectionChanged(state);
    this.publisherChanged(this.publisher.state);
  }

  private publisherChanged(state: PublisherState): void {
    this.view.showPublisher(state, this.canPublish());
    this.showRtmpUrl();
  }

  private previewChanged(stream: MediaStream | null): void {
    this.view.showPreview(stream);
    if (stream === null) {
      this.view.showFigures(NO_FIGURES);
    } else {
      // With the permission, the browser tells the devices' names.
      void this.refreshDevices();
    }
  }

  /** A click while the connection is being made is kept: the publisher waits for it. */
  private canPublish(): boolean {
    const { kind } = this.signaling.state;
    return kind !== 'disconnected' && kind !== 'failed';
  }

  private showRtmpUrl(): void {
    const connection = this.signaling.state;
    if (connection.kind === 'reconnecting') {
      return; // What was shown stays true until the connection has come back or failed.
    }

    const state = this.publisher.state;
    const name = state.kind === 'publishing' ? state.streamName : parseStreamName(this.view.streamName).name;
    const isKnown = connection.kind === 'established' && streamNameProblem(name) === null;
    const url = isKnown ? rtmpUrl(connection.server, name, this.address) : null;
    this.view.showRtmpUrl(url, this.publisher.state.kind === 'publishing');
  }

  private async refreshDevices(): Promise<void> {
    this.view.showDevices(await listDevices());
  }

  private async refreshFigures(): Promise<void> {
    const figures = await this.publisher.readFigures();
    if (figures !== null) {
      this.view.showFigures(figures);
    }
  }
}
