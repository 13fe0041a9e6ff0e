import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANSWER_MILLISECONDS, Signaling } from '../src/signaling';
import type { ConnectionState, StreamStatus } from '../src/types';
import { FakeLink, settle } from './fakes';

const URL_OF_HUB = 'http://gateway.example:8080/signaling';
const SERVER = { version: '1', rtmpHost: null, rtmpPort: 1935, application: 'live' };
const STATUS: StreamStatus = { mediaSessionId: 'm1', streamName: 'a', status: 'PUBLISHING', reason: null };

let links: FakeLink[];
let states: ConnectionState[];
let statuses: StreamStatus[];
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
  signaling = new Signaling(
    { connectionChanged: (state) => states.push(state), streamStatus: (status) => statuses.push(status) },
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
  it('hands on the statuses of streams', async () => {
    await connect();
    link().report(STATUS);
    expect(statuses).toEqual([STATUS]);
  });

  it('that was closed by the person reports nothing more', async () => {
    await connect();
    await signaling.disconnect();
    link().report(STATUS);
    link().lose();
    link().close(new Error('late'));
    expect(statuses).toEqual([]);
    expect(kinds()).toEqual(['connecting', 'established', 'disconnected']);
  });

  it('that is lost comes back', async () => {
    await connect();
    link().lose(new Error('lost'));
    expect(signaling.state.kind).toBe('reconnecting');
    link().comeBack();
    await settle();
    expect(signaling.state.kind).toBe('reconnecting');
    link().call('ServerInformation').result.resolve({ ...SERVER, version: '2' });
    await settle();
    expect(signaling.state).toEqual({ kind: 'established', server: { ...SERVER, version: '2' } });
  });

  it('that does not come back has failed', async () => {
    await connect();
    link().lose();
    link().close(new Error('gave up'));
    expect(reason()).toMatch(/^The connection to the gateway is gone/);
  });

  it('that comes back without an answer has failed', async () => {
    await connect();
    link().lose();
    link().comeBack();
    await vi.advanceTimersByTimeAsync(ANSWER_MILLISECONDS);
    expect(signaling.state.kind).toBe('failed');
  });
});

describe('requests', () => {
  it('carry what the hub expects', async () => {
    await connect();
    const request = { streamName: 'a', sdp: 'offer', parameters: { token: 'x' } };
    void signaling.publish(request);
    void signaling.unpublish('m1');
    void signaling.resume('m2');
    expect(link().call('Publish').data).toEqual([request]);
    expect(link().call('Unpublish').data).toEqual([{ mediaSessionId: 'm1' }]);
    expect(link().call('Resume').data).toEqual([{ mediaSessionId: 'm2' }]);
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
