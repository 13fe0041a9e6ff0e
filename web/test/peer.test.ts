import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { planVideo, receivingProblem, sendingProblem } from '../src/codecs';
import type { PathState } from '../src/peer';
import { PlayingPeer } from '../src/receiving-peer';
import { candidateAddresses, withCandidatesOver } from '../src/sdp';
import { PublishingPeer } from '../src/sending-peer';
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
  signalingState: RTCSignalingState = 'stable';
  isClosed = false;
  readonly offers: RTCOfferOptions[] = [];
  readonly receivers: Record<string, unknown>[] = [{ jitterBufferTarget: null }, { playoutDelayHint: null }, {}];
  readonly senders: { track: FakeTrack; replaceTrack: (track: FakeTrack) => Promise<void> }[] = [];
  readonly sent: { kind: string; init: RTCRtpTransceiverInit; preferences: Codec[] | null }[] = [];

  constructor(readonly configuration: RTCConfiguration) {
    super();
    FakeConnection.last = this;
  }

  addTransceiver(track: FakeTrack | string, init: RTCRtpTransceiverInit): { setCodecPreferences(codecs: Codec[]): void } {
    const entry: (typeof this.sent)[number] = { kind: typeof track === 'string' ? track : track.kind, init, preferences: null };
    this.sent.push(entry);
    if (typeof track !== 'string') {
      const sender = {
        track,
        replaceTrack: (other: FakeTrack) => {
          sender.track = other;
          return Promise.resolve();
        },
      };
      this.senders.push(sender);
    }

    return {
      setCodecPreferences: (codecs) => {
        entry.preferences = codecs;
      },
    };
  }

  createOffer(options: RTCOfferOptions): Promise<{ sdp: string }> {
    this.offers.push(options);
    return Promise.resolve({ sdp: `offer ${this.offers.length}` });
  }

  setLocalDescription(description: { sdp?: string; type?: string }): Promise<void> {
    this.signalingState = description.type === 'rollback' ? 'stable' : 'have-local-offer';
    this.localDescription = { sdp: description.sdp ?? '' };
    return Promise.resolve();
  }

  getSenders(): object[] {
    return this.senders;
  }

  getReceivers(): object[] {
    return this.receivers;
  }

  setRemoteDescription(description: unknown): Promise<void> {
    this.remoteDescription = description;
    this.signalingState = 'stable';
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

const H264_ONLY = ['H264'];
const stream = (...kinds: ('audio' | 'video')[]): MediaStream => new StreamOfTracks(kinds.map((kind) => new FakeTrack(kind))).asMediaStream();
let codecs: Codec[];

beforeEach(() => {
  codecs = CODECS;
  vi.stubGlobal('RTCPeerConnection', FakeConnection);
  vi.stubGlobal('RTCRtpSender', { getCapabilities: () => ({ codecs }) });
  vi.stubGlobal('RTCRtpReceiver', { getCapabilities: () => ({ codecs }) });
  vi.stubGlobal('MediaStream', class {
    readonly tracks: unknown[] = [];
    addTrack(track: unknown): void {
      this.tracks.push(track);
    }
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('PublishingPeer', () => {
  it('only sends, and offers H.264 and its retransmission alone for the picture', () => {
    new PublishingPeer(stream('audio', 'video'), {}, H264_ONLY, () => undefined);
    const { sent, configuration } = FakeConnection.last;
    expect(configuration.bundlePolicy).toBe('max-bundle');
    expect(sent.map((entry) => [entry.kind, entry.init.direction])).toEqual([['audio', 'sendonly'], ['video', 'sendonly']]);
    expect(sent.map((entry) => entry.preferences)).toEqual([null, [H264, RTX]]);
    expect(sent[1]?.init.sendEncodings).toEqual([{ maxBitrate: 4_000_000 }]);
  });

  it('sends what there is', () => {
    new PublishingPeer(stream('audio'), {}, H264_ONLY, () => undefined);
    expect(FakeConnection.last.sent.map((entry) => entry.kind)).toEqual(['audio']);
  });

  it('leaves the choice to the gateway where the browser does not tell its codecs', () => {
    vi.stubGlobal('RTCRtpSender', {});
    new PublishingPeer(stream('video'), {}, H264_ONLY, () => undefined);
    expect(FakeConnection.last.sent[0]?.preferences).toBeNull();
  });

  it('offers, takes the answer and remembers where it leads', async () => {
    const peer = new PublishingPeer(stream('audio'), {}, H264_ONLY, () => undefined);
    expect(await peer.createOffer()).toBe('offer 1');
    await peer.acceptAnswer('v=0\r\na=candidate:1 1 udp 2130706431 192.0.2.1 8000 typ host\r\n');
    expect(FakeConnection.last.remoteDescription).toMatchObject({ type: 'answer' });
    expect(peer.candidates).toEqual(['192.0.2.1:8000 (UDP)']);
  });

  it('reports how the path fares', () => {
    const states: PathState[] = [];
    new PublishingPeer(stream('audio'), {}, H264_ONLY, (state) => states.push(state));
    for (const state of ['new', 'connecting', 'connected', 'disconnected', 'connected', 'failed', 'closed'] as const) {
      FakeConnection.last.move(state);
    }

    expect(states).toEqual(['connecting', 'connected', 'interrupted', 'connected', 'broken', 'broken']);
  });

  it('takes VP8 where the browser lacks H.264 and the gateway converts it', () => {
    const vp8 = { mimeType: 'video/VP8' };
    codecs = [{ mimeType: 'video/AV1' }, vp8, RTX];
    new PublishingPeer(stream('video'), {}, ['H264', 'VP8', 'AV1'], () => undefined);
    expect(FakeConnection.last.sent[0]?.preferences).toEqual([vp8, RTX]);
  });

  it('uses the gateway’s ICE servers', () => {
    const iceServers = [{ urls: ['turn:turn.example:3478'], username: 'u', credential: 'c' }];
    new PublishingPeer(stream('audio'), { iceServers }, H264_ONLY, () => undefined);
    expect(FakeConnection.last.configuration.iceServers).toEqual(iceServers);
  });

  it('restarts ICE, and takes back an offer that never got its answer', async () => {
    const peer = new PublishingPeer(stream('audio'), {}, H264_ONLY, () => undefined);
    await peer.createOffer();
    await peer.acceptAnswer('');
    expect(await peer.createRestartOffer()).toBe('offer 2');
    expect(await peer.createRestartOffer()).toBe('offer 3');
    expect(FakeConnection.last.offers).toEqual([{}, { iceRestart: true }, { iceRestart: true }]);
  });

  it('sends another track in place of the one of its kind', async () => {
    const peer = new PublishingPeer(stream('audio', 'video'), {}, H264_ONLY, () => undefined);
    const other = new FakeTrack('video');
    await peer.replaceTrack(other as unknown as MediaStreamTrack);
    expect(FakeConnection.last.senders.map((sender) => sender.track === other)).toEqual([false, true]);
  });

  it('closes its connection', () => {
    new PublishingPeer(stream('audio'), {}, H264_ONLY, () => undefined).close();
    expect(FakeConnection.last.isClosed).toBe(true);
  });
});

describe('PlayingPeer', () => {
  it('only receives, H.264 alone', () => {
    new PlayingPeer({}, () => undefined);
    const { sent } = FakeConnection.last;
    expect(sent.map((entry) => [entry.kind, entry.init.direction])).toEqual([['audio', 'recvonly'], ['video', 'recvonly']]);
    expect(sent.map((entry) => entry.preferences)).toEqual([null, [H264, RTX]]);
  });

  it('collects what comes into one stream', () => {
    const peer = new PlayingPeer({}, () => undefined);
    const track = new FakeTrack('video');
    FakeConnection.last.dispatchEvent(Object.assign(new Event('track'), { track }));
    expect((peer.stream as unknown as { tracks: unknown[] }).tracks).toEqual([track]);
  });

  it('holds back picture and sound alike, in whichever way the browser has for it', () => {
    new PlayingPeer({}, () => undefined).holdBack(120);
    expect(FakeConnection.last.receivers).toEqual([{ jitterBufferTarget: 120 }, { playoutDelayHint: 0.12 }, {}]);
  });
});

describe('planVideo', () => {
  const named = (...names: string[]): RTCRtpCodec[] => names.map((name) => ({ mimeType: `video/${name}`, clockRate: 90_000 }));

  it.each([
    [named('VP8', 'h264'), ['H264', 'VP8'], { kind: 'send', codec: 'H264', isConverted: false }],
    [named('AV1', 'VP9', 'VP8'), ['H264', 'VP8', 'VP9', 'AV1'], { kind: 'send', codec: 'VP8', isConverted: true }],
    [named('AV1', 'VP9', 'VP8'), ['h264', 'av1'], { kind: 'send', codec: 'AV1', isConverted: true }],
    [null, ['H264'], { kind: 'unknown' }],
  ])('takes what players need, else what costs least to convert %#', (codecs, accepted, expected) => {
    expect(planVideo(codecs, accepted)).toEqual(expected);
  });

  it('says so when nothing fits', () => {
    expect(planVideo(named('VP8', 'rtx'), ['H264'])).toMatchObject({ kind: 'impossible', reason: expect.stringMatching(/H\.264/) as string });
  });
});

describe('sendingProblem', () => {
  it('is none with H.264, however it is spelled', () => {
    expect(sendingProblem(true, H264_ONLY)).toBeNull();
    codecs = [{ mimeType: 'video/h264' }];
    expect(sendingProblem(true, H264_ONLY)).toBeNull();
  });

  it('names H.264 where the browser lacks it and a picture is to be sent', () => {
    codecs = [{ mimeType: 'video/VP8' }];
    expect(sendingProblem(true, H264_ONLY)).toMatch(/cannot send H\.264/);
    expect(sendingProblem(false, H264_ONLY)).toBeNull();
    expect(sendingProblem(true, ['H264', 'VP8'])).toBeNull();
  });

  it('names WebRTC where there is none', () => {
    vi.unstubAllGlobals();
    expect(sendingProblem(true, H264_ONLY)).toMatch(/no WebRTC/);
    expect(receivingProblem()).toMatch(/no WebRTC/);
  });
});

describe('receivingProblem', () => {
  it('names H.264 where the browser cannot show it', () => {
    expect(receivingProblem()).toBeNull();
    codecs = [{ mimeType: 'video/VP8' }];
    expect(receivingProblem()).toMatch(/cannot show H\.264/);
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

describe('withCandidatesOver', () => {
  it('keeps the candidates of one transport, and everything else', () => {
    const udp = 'a=candidate:1 1 udp 2130706431 192.0.2.1 8000 typ host';
    const tcp = 'a=candidate:2 1 tcp 1671430143 192.0.2.1 8000 typ host tcptype passive';
    const sdp = ['v=0', udp, tcp, 'a=end-of-candidates', ''].join('\r\n');
    expect(withCandidatesOver(sdp, 'UDP')).toBe(['v=0', udp, 'a=end-of-candidates', ''].join('\r\n'));
    expect(withCandidatesOver(sdp, 'TCP')).toBe(['v=0', tcp, 'a=end-of-candidates', ''].join('\r\n'));
  });
});
