import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { candidateAddresses, type PathState, PublishingPeer, sendingProblem } from '../src/peer';
import { FakeStream, FakeTrack } from './fakes';

type Codec = { mimeType: string; sdpFmtpLine?: string };

const H264: Codec = { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=1' };
const RTX: Codec = { mimeType: 'video/rtx' };
const CODECS: Codec[] = [{ mimeType: 'video/VP8' }, H264, RTX, { mimeType: 'video/AV1' }, { mimeType: 'video/ulpfec' }];

/** The part of an `RTCPeerConnection` that is used. */
class FakeConnection extends EventTarget {
  static last: FakeConnection;
  connectionState: RTCPeerConnectionState = 'new';
  localDescription: { sdp: string } | null = null;
  remoteDescription: unknown = null;
  isClosed = false;
  readonly sent: { kind: string; init: RTCRtpTransceiverInit; preferences: Codec[] | null }[] = [];

  constructor(readonly configuration: RTCConfiguration) {
    super();
    FakeConnection.last = this;
  }

  addTransceiver(track: FakeTrack, init: RTCRtpTransceiverInit): { setCodecPreferences(codecs: Codec[]): void } {
    const entry: (typeof this.sent)[number] = { kind: track.kind, init, preferences: null };
    this.sent.push(entry);
    return {
      setCodecPreferences: (codecs) => {
        entry.preferences = codecs;
      },
    };
  }

  createOffer(): Promise<{ sdp: string }> {
    return Promise.resolve({ sdp: 'offer' });
  }

  setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
    return Promise.resolve();
  }

  setRemoteDescription(description: unknown): Promise<void> {
    this.remoteDescription = description;
    return Promise.resolve();
  }

  move(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  close(): void {
    this.isClosed = true;
  }
}

class StreamOfTracks extends FakeStream {
  constructor(private readonly tracks: FakeTrack[]) {
    super();
  }

  getAudioTracks(): FakeTrack[] {
    return this.tracks.filter((track) => track.kind === 'audio');
  }

  getVideoTracks(): FakeTrack[] {
    return this.tracks.filter((track) => track.kind === 'video');
  }
}

const stream = (...kinds: ('audio' | 'video')[]): MediaStream => new StreamOfTracks(kinds.map((kind) => new FakeTrack(kind))).asMediaStream();
let codecs: Codec[];

beforeEach(() => {
  codecs = CODECS;
  vi.stubGlobal('RTCPeerConnection', FakeConnection);
  vi.stubGlobal('RTCRtpSender', { getCapabilities: () => ({ codecs }) });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('PublishingPeer', () => {
  it('only sends, and offers H.264 and its retransmission alone for the picture', () => {
    new PublishingPeer(stream('audio', 'video'), () => undefined);
    const { sent, configuration } = FakeConnection.last;
    expect(configuration.bundlePolicy).toBe('max-bundle');
    expect(sent.map((entry) => [entry.kind, entry.init.direction])).toEqual([['audio', 'sendonly'], ['video', 'sendonly']]);
    expect(sent.map((entry) => entry.preferences)).toEqual([null, [H264, RTX]]);
    expect(sent[1]?.init.sendEncodings).toEqual([{ maxBitrate: 4_000_000 }]);
  });

  it('sends what there is', () => {
    new PublishingPeer(stream('audio'), () => undefined);
    expect(FakeConnection.last.sent.map((entry) => entry.kind)).toEqual(['audio']);
  });

  it('leaves the choice to the gateway where the browser does not tell its codecs', () => {
    vi.stubGlobal('RTCRtpSender', {});
    new PublishingPeer(stream('video'), () => undefined);
    expect(FakeConnection.last.sent[0]?.preferences).toBeNull();
  });

  it('offers, takes the answer and remembers where it leads', async () => {
    const peer = new PublishingPeer(stream('audio'), () => undefined);
    expect(await peer.createOffer()).toBe('offer');
    await peer.acceptAnswer('v=0\r\na=candidate:1 1 udp 2130706431 192.0.2.1 8000 typ host\r\n');
    expect(FakeConnection.last.remoteDescription).toMatchObject({ type: 'answer' });
    expect(peer.candidates).toEqual(['192.0.2.1:8000 (UDP)']);
  });

  it('reports how the path fares', () => {
    const states: PathState[] = [];
    new PublishingPeer(stream('audio'), (state) => states.push(state));
    for (const state of ['new', 'connecting', 'connected', 'disconnected', 'connected', 'failed', 'closed'] as const) {
      FakeConnection.last.move(state);
    }

    expect(states).toEqual(['connecting', 'connected', 'interrupted', 'connected', 'broken', 'broken']);
  });

  it('closes its connection', () => {
    new PublishingPeer(stream('audio'), () => undefined).close();
    expect(FakeConnection.last.isClosed).toBe(true);
  });
});

describe('sendingProblem', () => {
  it('is none with H.264, however it is spelled', () => {
    expect(sendingProblem(true)).toBeNull();
    codecs = [{ mimeType: 'video/h264' }];
    expect(sendingProblem(true)).toBeNull();
  });

  it('names H.264 where the browser lacks it and a picture is to be sent', () => {
    codecs = [{ mimeType: 'video/VP8' }];
    expect(sendingProblem(true)).toMatch(/cannot send H\.264/);
    expect(sendingProblem(false)).toBeNull();
  });

  it('names WebRTC where there is none', () => {
    vi.unstubAllGlobals();
    expect(sendingProblem(true)).toMatch(/no WebRTC/);
  });
});

describe('candidateAddresses', () => {
  it('reads each address once, of either family and transport', () => {
    const sdp = [
      'v=0',
      'a=candidate:1 1 udp 2130706431 192.0.2.1 8000 typ host',
      'a=candidate:1 1 udp 2130706431 192.0.2.1 8000 typ host',
      'a=candidate:2 1 TCP 1671430143 192.0.2.1 8000 typ host tcptype passive',
      'a=candidate:3 1 UDP 1 2001:db8::1 8000 typ host generation 0',
      'a=end-of-candidates',
    ].join('\r\n');
    expect(candidateAddresses(sdp)).toEqual(['192.0.2.1:8000 (UDP)', '192.0.2.1:8000 (TCP)', '[2001:db8::1]:8000 (UDP)']);
  });

  it('reads nothing from anything else', () => {
    expect(candidateAddresses('')).toEqual([]);
    expect(candidateAddresses('a=candidate:broken')).toEqual([]);
  });
});
