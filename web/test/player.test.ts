import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RESTART_MILLISECONDS } from '../src/call';
import { Player, RETURN_MILLISECONDS } from '../src/player';
import type { Availability, PlayerState, SessionAnswer, SessionRequest, StreamStatus } from '../src/types';
import { Deferred, FakePeer, FakeStream, SERVER, settle } from './fakes';

const ANSWER: SessionAnswer = { mediaSessionId: 'p1', streamName: '7f3c', sdp: 'answer' };
const NOT_FOUND = new Error("… invoking 'Play' on the server. HubException: Stream not found");

/** A player whose whole surroundings the test plays. */
class Stage {
  readonly states: PlayerState[] = [];
  readonly peers: FakePeer[] = [];
  readonly plays: { request: SessionRequest; answer: Deferred<SessionAnswer> }[] = [];
  readonly stopped: string[] = [];
  readonly asked: string[] = [];
  readonly qualities: string[] = [];
  isAvailable = false;
  problem: string | null = null;
  picture: MediaStream | null = null;
  resumption = new Deferred<void>();

  readonly player = new Player({
    signaling: {
      established: () => Promise.resolve(),
      play: (request) => {
        const answer = new Deferred<SessionAnswer>();
        this.plays.push({ request, answer });
        return answer.promise;
      },
      stop: (id) => {
        this.stopped.push(id);
        return Promise.resolve();
      },
      resume: () => this.resumption.promise,
      restartIce: () => Promise.reject(new Error('HubException: no')),
      probe: () => undefined,
      available: (name): Promise<Availability> => {
        this.asked.push(name);
        return Promise.resolve({ available: this.isAvailable, info: null });
      },
      figures: () => Promise.resolve(null),
      setQuality: (mediaSessionId, quality) => {
        this.qualities.push(`${mediaSessionId} ${quality}`);
        return Promise.resolve();
      },
    },
    mediaAddresses: () => [],
    receivingProblem: () => this.problem,
    openPeer: (onPathState) => {
      const peer = new FakePeer(new FakeStream().asMediaStream(), onPathState);
      this.peers.push(peer);
      return peer;
    },
    stateChanged: (state) => this.states.push(state),
    pictureChanged: (stream) => {
      this.picture = stream;
    },
  });

  get state(): PlayerState {
    return this.player.state;
  }

  get peer(): FakePeer {
    return this.peers.at(-1)!;
  }

  async click(name = '7f3c', waits = false): Promise<void> {
    this.player.play(name, waits);
    await settle();
  }

  async answer(mediaSessionId = 'p1'): Promise<void> {
    this.plays.at(-1)!.answer.resolve({ ...ANSWER, mediaSessionId });
    await settle();
  }

  async refuse(error = NOT_FOUND): Promise<void> {
    this.plays.at(-1)!.answer.reject(error);
    await settle();
  }

  async report(status: StreamStatus['status'], reason: string | null = null, mediaSessionId = 'p1'): Promise<void> {
    this.player.streamStatus({ mediaSessionId, streamName: '7f3c', status, reason });
    await settle();
  }

  async untilPlaying(): Promise<void> {
    await this.click();
    await this.answer();
    this.peer.movePath('connected');
    await this.report('PLAYING');
  }
}

let stage: Stage;

beforeEach(() => {
  vi.useFakeTimers();
  stage = new Stage();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('playing', () => {
  it('goes through its steps to PLAYING, and shows what comes', async () => {
    await stage.click('7f3c?token=x');
    expect(stage.plays[0]?.request).toEqual({ streamName: '7f3c', sdp: 'offer', parameters: { token: 'x' } });
    await stage.answer();
    expect(stage.peer.acceptedAnswers).toEqual(['answer']);
    expect(stage.picture).toBeNull();
    await stage.report('PLAYING');
    expect(stage.states.map((state) => (state.kind === 'starting' ? state.step : state.kind))).toEqual(['gateway', 'media', 'playing']);
    expect(stage.picture).toBe(stage.peer.stream);
    expect(stage.player.mediaSessionId).toBe('p1');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ignores clicks while it plays', async () => {
    await stage.untilPlaying();
    await stage.click('other');
    expect(stage.plays).toHaveLength(1);
  });

  it('changes the level within the session, and asks for it when it calls anew', async () => {
    await stage.untilPlaying();
    stage.player.chooseQuality('480p');
    expect(stage.qualities).toEqual(['p1 480p']);
    await stage.player.stop();
    await stage.click();
    expect(stage.plays[1]?.request.parameters).toEqual({});
    stage.player.chooseQuality('auto');
    expect(stage.qualities).toEqual(['p1 480p']);
  });

  it('stops and gives everything back', async () => {
    await stage.untilPlaying();
    await stage.player.stop();
    expect(stage.state).toEqual({ kind: 'stopped', reason: null });
    expect(stage.stopped).toEqual(['p1']);
    expect(stage.picture).toBeNull();
    expect(stage.peer.isClosed).toBe(true);
  });

  it.each([
    ['a b', null, /1 to 128 characters/],
    ['a', 'no H.264', /no H\.264/],
  ])('refuses what cannot be played (%s) before it asks', async (name, problem, reason) => {
    stage.problem = problem;
    await stage.click(name);
    expect(stage.state).toMatchObject({ kind: 'failed', reason: expect.stringMatching(reason) as string });
    expect(stage.plays).toHaveLength(0);
  });

  it('fails with the gateway’s reason', async () => {
    await stage.click();
    await stage.refuse();
    expect(stage.state).toEqual({ kind: 'failed', reason: 'Stream not found' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is STOPPED when the gateway ends it for good', async () => {
    await stage.untilPlaying();
    await stage.report('STOPPED', 'Stopped by rest /terminate');
    expect(stage.state).toEqual({ kind: 'stopped', reason: 'Stopped by rest /terminate' });
    expect(stage.stopped).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a publisher that is not there', () => {
  it('is waited for by the gateway where it does that', async () => {
    await stage.click();
    await stage.answer();
    await stage.report('PENDING', 'waiting');
    expect(stage.state).toMatchObject({ kind: 'pending' });
    await vi.advanceTimersByTimeAsync(3_600_000);
    await stage.report('PLAYING');
    expect(stage.state.kind).toBe('playing');
  });

  it('is waited for by the page when it was asked to', async () => {
    await stage.click('7f3c', true);
    await stage.refuse();
    expect(stage.state.kind).toBe('pending');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stage.asked.length).toBeGreaterThan(3);
    expect(stage.plays).toHaveLength(1);
    stage.isAvailable = true;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stage.plays).toHaveLength(2);
    await stage.answer('p2');
    await stage.report('PLAYING', null, 'p2');
    expect(stage.state.kind).toBe('playing');
  });

  it('that stops and comes back is played again without a click', async () => {
    await stage.untilPlaying();
    await stage.report('STOPPED', 'Stopped by publisher stop');
    expect(stage.state).toEqual({ kind: 'paused', streamName: '7f3c', reason: 'Stopped by publisher stop' });
    expect(stage.picture).toBeNull();
    stage.isAvailable = true;
    await vi.advanceTimersByTimeAsync(500);
    await stage.answer('p2');
    await stage.report('PLAYING', null, 'p2');
    expect(stage.state.kind).toBe('playing');
    expect(stage.picture).toBe(stage.peer.stream);
  });

  it('that goes again at once is waited for again', async () => {
    await stage.untilPlaying();
    await stage.report('STOPPED', 'Stopped by publisher stop');
    stage.isAvailable = true;
    await vi.advanceTimersByTimeAsync(500);
    stage.isAvailable = false;
    await stage.refuse();
    expect(stage.state.kind).toBe('paused');
    expect(vi.getTimerCount()).toBe(1);
  });

  it('is no longer waited for when the person stops', async () => {
    await stage.untilPlaying();
    await stage.report('STOPPED', 'Stopped by publisher stop');
    await stage.player.stop();
    stage.isAvailable = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(stage.plays).toHaveLength(1);
    expect(stage.state).toEqual({ kind: 'stopped', reason: null });
  });

  it('is not waited for for ever', async () => {
    await stage.untilPlaying();
    await stage.report('STOPPED', 'Stopped by publisher stop');
    await vi.advanceTimersByTimeAsync(RETURN_MILLISECONDS + 10_000);
    expect(stage.state).toEqual({ kind: 'stopped', reason: 'The stream did not come back.' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is no longer waited for when the connection is given up', async () => {
    await stage.untilPlaying();
    await stage.report('STOPPED', 'Stopped by publisher stop');
    stage.player.connectionChanged({ kind: 'disconnected' });
    expect(stage.state).toEqual({ kind: 'stopped', reason: null });
  });
});

describe('a stream that was lost', () => {
  it('is played again, and the last picture stays until then', async () => {
    await stage.untilPlaying();
    const last = stage.picture;
    stage.peer.movePath('broken');
    await vi.advanceTimersByTimeAsync(RESTART_MILLISECONDS);
    expect(stage.state.kind).toBe('reconnecting');
    expect(stage.picture).toBe(last);
    await stage.answer('p2');
    await stage.report('PLAYING', null, 'p2');
    expect(stage.state.kind).toBe('playing');
    expect(stage.picture).not.toBe(last);
    expect(stage.stopped).toEqual(['p1']);
  });

  it('is waited for when the gateway has come back without its publisher', async () => {
    await stage.untilPlaying();
    stage.player.connectionChanged({ kind: 'reconnecting' });
    stage.player.connectionChanged({ kind: 'established', server: SERVER });
    stage.resumption.reject(new Error('HubException: The stream has ended while the page was not connected.'));
    await vi.advanceTimersByTimeAsync(0);
    await stage.refuse();
    expect(stage.state).toMatchObject({ kind: 'paused', reason: 'Stream not found' });
    stage.isAvailable = true;
    await vi.advanceTimersByTimeAsync(500);
    expect(stage.plays).toHaveLength(3);
  });
});
