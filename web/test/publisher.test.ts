import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MEDIA_MILLISECONDS } from '../src/call';
import { PlainError } from '../src/reasons';
import type { DeviceSelection } from '../src/types';
import { Deferred, settle } from './fakes';
import { ANSWER, IN_USE, Stage } from './publisher-stage';

let stage: Stage;

beforeEach(() => {
  vi.useFakeTimers();
  stage = new Stage();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('publishing', () => {
  it('goes through its steps to PUBLISHING when media really flows', async () => {
    await stage.untilAnswered();
    expect(stage.peer.acceptedAnswers).toEqual(['answer']);
    expect(stage.state.kind).toBe('starting');
    await stage.report('PUBLISHING');
    expect(stage.kinds).toEqual(['devices', 'gateway', 'media', 'publishing']);
    expect(stage.publishes[0]?.request).toEqual({ streamName: '7f3c', sdp: 'offer', parameters: {} });
    expect(stage.preview).toBe(stage.source);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends the parameters behind the name as those of the stream, and takes the name that the gateway gives', async () => {
    await stage.click('7f3c?s1=v1');
    await stage.grantDevices();
    expect(stage.publishes[0]?.request).toEqual({ streamName: '7f3c', sdp: 'offer', parameters: { s1: 'v1' } });
    await stage.answer({ ...ANSWER, streamName: 'other' });
    stage.peer.movePath('connected');
    await stage.report('PUBLISHING');
    expect(stage.state).toEqual({ kind: 'publishing', streamName: 'other', concern: null });
  });

  it('ignores clicks while it starts, runs or stops', async () => {
    await stage.click();
    await stage.click();
    await stage.grantDevices();
    await stage.click();
    await stage.answer();
    await stage.report('PUBLISHING');
    await stage.click();
    stage.unpublishing = new Deferred<void>().promise;
    void stage.publisher.stop();
    await settle();
    await stage.click();
    expect(stage.devices).toHaveLength(1);
    expect(stage.publishes).toHaveLength(1);
    expect(stage.state.kind).toBe('stopping');
  });

  it('clicked while the connection is being made waits for it', async () => {
    const connected = new Deferred<void>();
    stage.connected = connected.promise;
    await stage.click();
    await stage.grantDevices();
    expect(stage.publishes).toHaveLength(0);
    connected.resolve();
    await settle();
    await stage.answer();
    await stage.report('PUBLISHING');
    expect(stage.state.kind).toBe('publishing');
  });

  it('takes a status that came in the same breath as the answer', async () => {
    await stage.click();
    await stage.grantDevices();
    stage.publishes[0]?.answer.resolve(ANSWER);
    await stage.report('FAILED', 'No common codecs');
    expect(stage.reason).toBe('No common codecs');
    expect(stage.peer.acceptedAnswers).toEqual([]);
    expect(stage.unpublished).toEqual([]);
    stage.expectAllReleased();
  });

  it('does not mind the statuses of other streams', async () => {
    await stage.untilAnswered();
    await stage.report('FAILED', 'not mine', 'other');
    await stage.report('PUBLISHING', null, 'other');
    expect(stage.state).toEqual({ kind: 'starting', streamName: '7f3c', step: 'media' });
  });

  it('reads statistics while there is a peer, and none without', async () => {
    expect(stage.publisher.readStats()).toBeNull();
    await stage.untilPublishing();
    expect(await stage.publisher.readStats()).toEqual([]);
    await stage.publisher.stop();
    expect(stage.publisher.readStats()).toBeNull();
    expect(stage.publisher.mediaSessionId).toBeNull();
  });

  it('takes other devices without asking the gateway', async () => {
    await stage.untilPublishing();
    const track = {} as MediaStreamTrack;
    stage.source.replacements = [track];
    const other: DeviceSelection = { camera: { kind: 'screen' }, microphone: { kind: 'default' } };
    await stage.publisher.changeSource(other);
    expect(stage.source.changes).toEqual([other]);
    expect(stage.peer.replaced).toEqual([track]);
    expect(stage.publishes).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('gives name, devices and peer back', async () => {
    await stage.untilPublishing();
    await stage.publisher.stop();
    expect(stage.unpublished).toEqual(['m1']);
    expect(stage.kinds.slice(-3)).toEqual(['publishing', 'stopping', 'unpublished']);
    stage.expectAllReleased();
  });

  it('before the permission is answered frees what comes later', async () => {
    await stage.click();
    await stage.publisher.stop();
    expect(stage.state.kind).toBe('unpublished');
    await stage.grantDevices();
    expect(stage.publishes).toHaveLength(0);
    expect(stage.state.kind).toBe('unpublished');
    stage.expectAllReleased();
  });

  it('before the connection is there never asks the gateway', async () => {
    const connected = new Deferred<void>();
    stage.connected = connected.promise;
    await stage.click();
    await stage.grantDevices();
    await stage.publisher.stop();
    connected.resolve();
    await settle();
    expect(stage.publishes).toHaveLength(0);
    stage.expectAllReleased();
  });

  it('while the gateway is being asked gives back what it grants', async () => {
    await stage.click();
    await stage.grantDevices();
    const stopped = stage.publisher.stop();
    await settle();
    expect(stage.state.kind).toBe('stopping');
    stage.expectAllReleased();
    await stage.answer();
    await stopped;
    expect(stage.unpublished).toEqual(['m1']);
    expect(stage.peer.acceptedAnswers).toEqual([]);
    expect(stage.state.kind).toBe('unpublished');
  });

  it('while the gateway is being asked ends as well when it refuses', async () => {
    await stage.click();
    await stage.grantDevices();
    const stopped = stage.publisher.stop();
    stage.publishes[0]?.answer.reject(new Error('refused'));
    await stopped;
    expect(stage.unpublished).toEqual([]);
    expect(stage.state).toEqual({ kind: 'unpublished', reason: null });
  });

  it('ends even if the gateway can no longer be asked', async () => {
    await stage.untilPublishing();
    stage.unpublishing = Promise.reject(new Error('gone'));
    await stage.publisher.stop();
    expect(stage.state).toEqual({ kind: 'unpublished', reason: null });
  });

  it('does nothing when nothing runs', async () => {
    await stage.publisher.stop();
    expect(stage.states).toEqual([]);
  });

  it('can be followed by the next start, under the same name', async () => {
    await stage.untilPublishing();
    await stage.publisher.stop();
    await stage.click();
    await stage.grantDevices();
    await stage.answer({ ...ANSWER, mediaSessionId: 'm2' });
    await stage.report('PUBLISHING', null, 'm2');
    expect(stage.state.kind).toBe('publishing');
    await stage.report('FAILED', 'late news of the first stream', 'm1');
    expect(stage.state.kind).toBe('publishing');
  });
});

describe('failing', () => {
  it.each([
    ['', /Enter a stream name/],
    ['a b', /1 to 128 characters/],
    ['..', /cannot be/],
  ])('refuses the name %j before it opens anything', async (name, reason) => {
    await stage.click(name);
    expect(stage.reason).toMatch(reason);
    expect(stage.devices).toHaveLength(0);
  });

  it('says what the browser lacks before it opens anything', async () => {
    stage.problem = 'no H.264';
    await stage.click();
    expect(stage.reason).toBe('no H.264');
    expect(stage.devices).toHaveLength(0);
  });

  it('says why the devices could not be opened', async () => {
    await stage.click();
    stage.devices[0]?.source.reject(new PlainError('No camera was found.'));
    await settle();
    expect(stage.reason).toBe('No camera was found.');
    stage.expectAllReleased();
  });

  it('says why the gateway refused', async () => {
    await stage.click();
    await stage.grantDevices();
    stage.publishes[0]?.answer.reject(IN_USE);
    await settle();
    expect(stage.state).toEqual({ kind: 'failed', reason: 'Stream name is already in use' });
    stage.expectAllReleased();
  });

  it('says why there is no connection', async () => {
    stage.connected = Promise.reject(new Error('The gateway cannot be reached.'));
    await stage.click();
    await stage.grantDevices();
    expect(stage.reason).toBe('The gateway cannot be reached.');
    stage.expectAllReleased();
  });

  it('ends when the browser cannot use the answer, and gives the name back', async () => {
    await stage.click();
    await stage.grantDevices();
    stage.peer.answerError = new Error('bad SDP');
    await stage.answer();
    expect(stage.reason).toMatch(/could not use the gateway’s answer: bad SDP/);
    expect(stage.unpublished).toEqual(['m1']);
    stage.expectAllReleased();
  });

  it('shows the gateway’s reason and owes it nothing', async () => {
    await stage.untilPublishing();
    await stage.report('FAILED', 'Another publisher has taken over the stream name');
    expect(stage.state).toEqual({ kind: 'failed', reason: 'Another publisher has taken over the stream name' });
    expect(stage.unpublished).toEqual([]);
    stage.expectAllReleased();
  });

  it('shows UNPUBLISHED with the reason when the gateway ends the stream as asked', async () => {
    await stage.untilPublishing();
    await stage.report('UNPUBLISHED', 'Stopped by rest /terminate');
    expect(stage.state).toEqual({ kind: 'unpublished', reason: 'Stopped by rest /terminate' });
    expect(stage.unpublished).toEqual([]);
    stage.expectAllReleased();
  });

  it('names the addresses that were tried when ICE fails', async () => {
    await stage.untilAnswered();
    stage.peer.movePath('broken');
    await settle();
    expect(stage.reason).toContain('tried 192.0.2.1:8000 (UDP)');
    expect(stage.reason).toMatch(/must be reachable/);
    expect(stage.unpublished).toEqual(['m1']);
    stage.expectAllReleased();
  });

  it('does not wait for media for ever', async () => {
    await stage.untilAnswered();
    await vi.advanceTimersByTimeAsync(MEDIA_MILLISECONDS);
    expect(stage.reason).toContain('192.0.2.1:8000');
    stage.expectAllReleased();
  });

  it('tells media that do not flow from a path that is closed', async () => {
    await stage.untilAnswered();
    stage.peer.movePath('connected');
    await vi.advanceTimersByTimeAsync(MEDIA_MILLISECONDS);
    expect(stage.reason).toMatch(/no picture or sound goes over it/);
  });

  it('says that the camera was unplugged', async () => {
    await stage.untilPublishing();
    stage.source.end('video');
    await settle();
    expect(stage.reason).toMatch(/^The camera stopped/);
    expect(stage.unpublished).toEqual(['m1']);
    stage.expectAllReleased();
  });

  it('is none when the person stops sharing the screen', async () => {
    await stage.untilPublishing();
    stage.source.isScreen = true;
    stage.source.end('video');
    expect(stage.state).toEqual({ kind: 'unpublished', reason: 'The screen is no longer shared.' });
    stage.expectAllReleased();
  });

  it('lets the next attempt wait until the gateway has let the name go', async () => {
    const unpublishing = new Deferred<void>();
    stage.unpublishing = unpublishing.promise;
    await stage.untilPublishing();
    stage.source.end('audio');
    await stage.click();
    await stage.grantDevices();
    expect(stage.publishes).toHaveLength(1);
    unpublishing.resolve();
    await settle();
    expect(stage.publishes).toHaveLength(2);
  });
});
