import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANSWER_MILLISECONDS, PROBE_MILLISECONDS, RETRY_LIMIT_MILLISECONDS, Signaling } from '../src/signaling';
import type { ConnectionState, StreamData, StreamNotice, StreamStatus } from '../src/types';
import { FakeLink, SERVER, settle } from './fakes';

const URL_OF_HUB = 'http://gateway.example:8080/signaling';
const STATUS: StreamStatus = { mediaSessionId: 'm1', streamName: 'a', status: 'PUBLISHING', reason: null };

let links: FakeLink[];
let states: ConnectionState[];
let statuses: StreamStatus[];
let others: (StreamData | StreamNotice)[];
let signaling: Signaling;

const link = (): FakeLink => links.at(-1)!;
const kinds = (): string[] => states.map((state) => state.kind);
const reason = (): string => (signaling.state.kind === 'failed' ? signaling.state.reason : '');

async function connect(): Promise<void> {
  void signaling.connect(URL_OF_HUB);
  link().starting.resolve();
  await settle();
  link().call('ServerInformation').result.resolve(SERVER);
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers();
  links = [];
  states = [];
  statuses = [];
  others = [];
  signaling = new Signaling(
    {
      connectionChanged: (state) => states.push(state),
      streamStatus: (status) => statuses.push(status),
      streamData: (data) => others.push(data),
      streamNotice: (notice) => others.push(notice),
    },
    () => {
      links.push(new FakeLink());
      return link();
    },
  );
});

afterEach(() => {
  vi.useRealTimers();
});

describe('connecting', () => {
  it('is established once the gateway has told about itself', async () => {
    await connect();
    expect(states).toEqual([{ kind: 'connecting' }, { kind: 'established', server: SERVER }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('happens once, however often it is asked for', async () => {
    void signaling.connect(URL_OF_HUB);
    await connect();
    void signaling.connect(URL_OF_HUB);
    expect(links).toHaveLength(1);
  });

  it('fails with the host that cannot be reached', async () => {
    void signaling.connect(URL_OF_HUB);
    link().starting.reject(new Error('WebSocket failed to connect. The connection could not be found on the server, …'));
    await settle();
    expect(reason()).toBe(
      'The gateway at gateway.example:8080 cannot be reached. Is it running, and is the address right? Press Connect to try again.',
    );
  });

  it('fails when the gateway does not answer in time', async () => {
    void signaling.connect(URL_OF_HUB);
    await vi.advanceTimersByTimeAsync(ANSWER_MILLISECONDS);
    expect(reason()).toMatch(/did not answer within 10 s/);
    expect(link().isStopped).toBe(true);
  });

  it('fails in the words with which the gateway refuses', async () => {
    void signaling.connect(URL_OF_HUB);
    link().starting.resolve();
    await settle();
    link()
      .call('ServerInformation')
      .result.reject(new Error("An unexpected error occurred invoking 'ServerInformation' on the server. HubException: Not before noon"));
    await settle();
    expect(reason()).toBe('Not before noon');
    expect(link().isStopped).toBe(true);
  });

  it('can be tried again after a failure', async () => {
    void signaling.connect(URL_OF_HUB);
    link().starting.reject(new Error('no'));
    await settle();
    await connect();
    expect(kinds()).toEqual(['connecting', 'failed', 'connecting', 'established']);
  });

  it('can be called off, and what comes of it later does not count', async () => {
    void signaling.connect(URL_OF_HUB);
    await signaling.disconnect();
    link().starting.resolve();
    await settle();
    link().call('ServerInformation').result.resolve(SERVER);
    await settle();
    expect(kinds()).toEqual(['connecting', 'disconnected']);
  });
});

describe('a connection', () => {
  it('hands on what the gateway says of streams', async () => {
    await connect();
    const data = { mediaSessionId: 'm1', streamName: 'a', payload: { count: 23 } };
    const notice = { mediaSessionId: 'm1', code: 'bFrames', text: 'converted' };
    link().report('StreamStatus', STATUS);
    link().report('StreamData', data);
    link().report('StreamNotice', notice);
    expect(statuses).toEqual([STATUS]);
    expect(others).toEqual([data, notice]);
  });

  it('fills in what an older gateway does not tell', async () => {
    void signaling.connect(URL_OF_HUB);
    link().starting.resolve();
    await settle();
    link().call('ServerInformation').result.resolve({ version: '0', rtmpHost: null, rtmpPort: 1936, application: 'live' });
    await settle();
    expect(signaling.state).toMatchObject({ server: { rtmpPort: 1936, iceServers: [], acceptsVideo: ['H264'], httpsPort: null } });
  });

  it('that was closed by the person reports nothing more', async () => {
    await connect();
    const old = link();
    await signaling.disconnect();
    old.report('StreamStatus', STATUS);
    old.close(new Error('late'));
    await settle();
    expect(statuses).toEqual([]);
    expect(kinds()).toEqual(['connecting', 'established', 'disconnected']);
    expect(links).toHaveLength(1);
  });
});

describe('a connection that is lost', () => {
  const lose = async (): Promise<void> => {
    await connect();
    link().close(new Error('lost'));
  };
  const refuseStart = async (): Promise<void> => {
    link().starting.reject(new Error('no'));
    await settle();
  };

  it('comes back over a new link, with growing pauses', async () => {
    await lose();
    expect(signaling.state.kind).toBe('reconnecting');
    await vi.advanceTimersByTimeAsync(200);
    expect(links).toHaveLength(2);
    await refuseStart();
    await vi.advanceTimersByTimeAsync(499);
    expect(links).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(links).toHaveLength(3);
    link().starting.resolve();
    await settle();
    expect(signaling.state.kind).toBe('reconnecting');
    link().call('ServerInformation').result.resolve({ ...SERVER, version: '2' });
    await settle();
    expect(signaling.state).toEqual({ kind: 'established', server: { ...SERVER, version: '2' } });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tries again at once when the network is back', async () => {
    await lose();
    await vi.advanceTimersByTimeAsync(200);
    await refuseStart();
    signaling.probe();
    await settle();
    expect(links).toHaveLength(3);
  });

  it('goes on for long, but not for ever', async () => {
    await lose();
    for (let seconds = 0; signaling.state.kind === 'reconnecting' && seconds < 2 * RETRY_LIMIT_MILLISECONDS / 1000; seconds++) {
      await refuseStart();
      await vi.advanceTimersByTimeAsync(1000);
    }

    expect(reason()).toMatch(/did not come back/);
    expect(links.length).toBeGreaterThan(RETRY_LIMIT_MILLISECONDS / 10_000);
    expect(links.length).toBeLessThan(RETRY_LIMIT_MILLISECONDS / 10_000 + 20);
  });

  it('stays lost when the gateway refuses it', async () => {
    await lose();
    await vi.advanceTimersByTimeAsync(200);
    link().starting.resolve();
    await settle();
    link().call('ServerInformation').result.reject(new Error('HubException: Not after noon'));
    await settle();
    expect(reason()).toBe('Not after noon');
  });

  it('is given up by the person', async () => {
    await lose();
    await vi.advanceTimersByTimeAsync(200);
    await refuseStart();
    await signaling.disconnect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(links).toHaveLength(2);
    expect(signaling.state.kind).toBe('disconnected');
  });
});

describe('a connection that may be dead', () => {
  it('lives when it answers', async () => {
    await connect();
    signaling.probe();
    link().call('ServerInformation').result.resolve(SERVER);
    await vi.advanceTimersByTimeAsync(PROBE_MILLISECONDS);
    expect(links).toHaveLength(1);
    expect(signaling.state.kind).toBe('established');
  });

  it('is made anew when it does not', async () => {
    await connect();
    signaling.probe();
    await vi.advanceTimersByTimeAsync(PROBE_MILLISECONDS);
    expect(links[0]?.isStopped).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    expect(links).toHaveLength(2);
  });
});

describe('requests', () => {
  it('carry what the hub expects', async () => {
    await connect();
    const request = { streamName: 'a', sdp: 'offer', parameters: { token: 'x' } };
    void signaling.publish(request);
    void signaling.unpublish('m1');
    void signaling.resume('m2');
    void signaling.play(request);
    void signaling.stop('m3');
    void signaling.restartIce('m4', 'new offer');
    void signaling.available('a', { token: 'x' });
    void signaling.figures('m5');
    void signaling.sendData('m6', { count: 23 });
    expect(link().call('Publish').data).toEqual([request]);
    expect(link().call('Unpublish').data).toEqual([{ mediaSessionId: 'm1' }]);
    expect(link().call('Resume').data).toEqual([{ mediaSessionId: 'm2' }]);
    expect(link().call('Play').data).toEqual([request]);
    expect(link().call('Stop').data).toEqual([{ mediaSessionId: 'm3' }]);
    expect(link().call('RestartIce').data).toEqual([{ mediaSessionId: 'm4', sdp: 'new offer' }]);
    expect(link().call('Available').data).toEqual([{ streamName: 'a', parameters: { token: 'x' } }]);
    expect(link().call('Figures').data).toEqual([{ mediaSessionId: 'm5' }]);
    expect(link().call('SendData').data).toEqual([{ mediaSessionId: 'm6', payload: { count: 23 } }]);
    await vi.advanceTimersByTimeAsync(0);
    for (const call of link().calls) {
      call.result.resolve(undefined);
    }
  });

  it('give the answer or the refusal', async () => {
    await connect();
    const good = signaling.publish({ streamName: 'a', sdp: '', parameters: {} });
    link().call('Publish').result.resolve('answer');
    expect(await good).toBe('answer');
    const bad = signaling.publish({ streamName: 'a', sdp: '', parameters: {} });
    link().call('Publish').result.reject(new Error('in use'));
    await expect(bad).rejects.toThrow('in use');
  });

  it('do not wait for ever', async () => {
    await connect();
    const outcome = signaling.unpublish('m1').catch((error: unknown) => String(error));
    await vi.advanceTimersByTimeAsync(ANSWER_MILLISECONDS);
    expect(await outcome).toMatch(/did not answer/);
  });

  it('are refused without a connection', async () => {
    await expect(signaling.unpublish('m1')).rejects.toThrow(/no connection/);
  });
});

describe('waiting for the connection', () => {
  it('ends when it is established', async () => {
    void signaling.connect(URL_OF_HUB);
    const waited = signaling.established();
    link().starting.resolve();
    await settle();
    link().call('ServerInformation').result.resolve(SERVER);
    await expect(waited).resolves.toBeUndefined();
    await expect(signaling.established()).resolves.toBeUndefined();
  });

  it('ends with the reason when it fails', async () => {
    void signaling.connect(URL_OF_HUB);
    const waited = signaling.established().catch((error: unknown) => String(error));
    link().starting.reject(new Error('no'));
    expect(await waited).toMatch(/cannot be reached/);
  });

  it('is refused when nobody connects', async () => {
    await expect(signaling.established()).rejects.toThrow(/no connection/);
  });
});
