import { candidateAddresses } from './sdp';
import type { StatsSource } from './stats/entries';

/** Where the media connection stands. */
export type PathState = 'connecting' | 'connected' | 'interrupted' | 'broken';

/** A media connection to the gateway. */
export interface Peer {
  /** The transport addresses of the gateway that the browser was told to try. */
  readonly candidates: readonly string[];
  createOffer(): Promise<string>;
  /** A new offer of the same session with new ICE credentials, after the network has changed. */
  createRestartOffer(): Promise<string>;
  acceptAnswer(sdp: string): Promise<void>;
  readStats(): Promise<StatsSource>;
  close(): void;
}

/**
 * One `RTCPeerConnection`. Offers go out without candidates: the gateway (ICE-lite) learns this side's addresses from its
 * connectivity checks.
 */
export class ConnectionPeer implements Peer {
  protected readonly connection: RTCPeerConnection;
  private remoteCandidates: readonly string[] = [];

  constructor(configuration: RTCConfiguration, onPathState: (state: PathState) => void) {
    this.connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', ...configuration });
    this.connection.addEventListener('connectionstatechange', () => {
      const state = pathState(this.connection.connectionState);
      if (state !== null) {
        onPathState(state);
      }
    });
  }

  get candidates(): readonly string[] {
    return this.remoteCandidates;
  }

  createOffer(): Promise<string> {
    return this.offer({});
  }

  createRestartOffer(): Promise<string> {
    return this.offer({ iceRestart: true });
  }

  async acceptAnswer(sdp: string): Promise<void> {
    this.remoteCandidates = candidateAddresses(sdp);
    await this.connection.setRemoteDescription({ type: 'answer', sdp });
  }

  readStats(): Promise<StatsSource> {
    return this.connection.getStats();
  }

  close(): void {
    this.connection.close();
  }

  private async offer(options: RTCOfferOptions): Promise<string> {
    if (this.connection.signalingState === 'have-local-offer') {
      // An offer that never got its answer must not stand in the way of the next one.
      await this.connection.setLocalDescription({ type: 'rollback' });
    }

    await this.connection.setLocalDescription(await this.connection.createOffer(options));
    return this.connection.localDescription?.sdp ?? '';
  }
}

function pathState(state: RTCPeerConnectionState): PathState | null {
  switch (state) {
    case 'new':
      return null;
    case 'connecting':
      return 'connecting';
    case 'connected':
      return 'connected';
    case 'disconnected':
      return 'interrupted';
    case 'failed':
    case 'closed':
      return 'broken';
  }
}
