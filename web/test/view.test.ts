import { beforeEach, describe, expect, it, vi } from 'vitest';
import html from '../index.html?raw';
import embedded from '../player.html?raw';
import { PLAYER_ROWS, PUBLISHER_ROWS } from '../src/figure-rows';
import { NO_FIGURES } from '../src/stats/figures';
import { ConnectionView } from '../src/view/connection-view';
import { DataView } from '../src/view/data-view';
import { element } from '../src/view/elements';
import { FiguresView } from '../src/view/figures-view';
import { PlayerView } from '../src/view/player-view';
import { PreflightView } from '../src/view/preflight-view';
import { PublisherView } from '../src/view/publisher-view';
import { ScreenView } from '../src/view/screen-view';
import { WatchView } from '../src/view/watch-view';
import { watchLines } from '../src/watching';
import { FakeSource, SERVER } from './fakes';

const HOSTILE = '"><img src=x onerror=alert(1)>';
const listener = {
  connectionPressed: vi.fn(),
  connectRequested: vi.fn(),
  publishPressed: vi.fn(),
  publishRequested: vi.fn(),
  streamNameEdited: vi.fn(),
  devicesChosen: vi.fn(),
  mutePressed: vi.fn(),
  playPressed: vi.fn(),
  playRequested: vi.fn(),
  availablePressed: vi.fn(),
  playNameEdited: vi.fn(),
  qualityChosen: vi.fn(),
  sendPressed: vi.fn(),
  checkPressed: vi.fn(),
};
let connection: ConnectionView;
let publisher: PublisherView;
let player: PlayerView;

const text = (testId: string): string => document.querySelector(`[data-testid="${testId}"]`)?.textContent ?? 'missing';
const button = (id: string): HTMLButtonElement => document.querySelector<HTMLButtonElement>(`button#${id}`)!;
const select = (id: string): HTMLSelectElement => document.querySelector<HTMLSelectElement>(`select#${id}`)!;
const labelled = (label: string): HTMLElement | null =>
  [...document.querySelectorAll('label')].find((candidate) => candidate.textContent === label)?.control ?? null;
const type = (label: string, value: string): void => {
  const field = labelled(label) as HTMLInputElement;
  field.value = value;
  field.dispatchEvent(new Event('input'));
};

beforeEach(() => {
  document.body.innerHTML = /<body>([\s\S]*)<\/body>/.exec(html)?.[1] ?? '';
  vi.clearAllMocks();
  connection = new ConnectionView(listener);
  publisher = new PublisherView(listener, true);
  player = new PlayerView(listener);
});

describe('the page', () => {
  it('has the names by which people and tools find its parts', () => {
    expect(/<title>(.*)<\/title>/.exec(html)?.[1]).toBe('Two Way Streaming');
    expect(labelled('Server address')).toBeInstanceOf(HTMLInputElement);
    expect(labelled('Stream name')).toBeInstanceOf(HTMLInputElement);
    expect(labelled('Stream to play')).toBeInstanceOf(HTMLInputElement);
    expect(labelled('Data')).toBeInstanceOf(HTMLTextAreaElement);
    expect(labelled('Camera')).toBeInstanceOf(HTMLSelectElement);
    expect(labelled('Microphone')).toBeInstanceOf(HTMLSelectElement);
    for (const testId of ['connection-status', 'publish-status', 'rtmp-url', 'play-status', 'available-status', 'play-video', 'data-received']) {
      expect(text(testId)).not.toBe('missing');
    }
  });

  it('has no inline script or style, which the gateway’s policy forbids', () => {
    expect(document.querySelectorAll('script, style, [style], [onclick], [onload]')).toHaveLength(0);
    for (const page of [html, embedded]) {
      expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/);
    }
  });

  it('announces its statuses', () => {
    expect(document.querySelector('[data-testid="connection-status"]')?.getAttribute('role')).toBe('status');
    expect(document.querySelector('[data-testid="publish-status"]')?.getAttribute('role')).toBe('status');
  });
});

describe('the connection row', () => {
  it('follows the connection', () => {
    connection.show({ kind: 'established', server: SERVER });
    expect(text('connection-status')).toBe('ESTABLISHED');
    expect(button('connection-button').textContent).toBe('Disconnect');
    expect((labelled('Server address') as HTMLInputElement).readOnly).toBe(true);
    connection.show({ kind: 'failed', reason: 'gone' });
    expect(text('connection-status')).toBe('FAILED gone');
    expect(button('connection-button').textContent).toBe('Connect');
    expect((labelled('Server address') as HTMLInputElement).readOnly).toBe(false);
  });

  it('says what is wrong with an address', () => {
    connection.showAddressProblem('no address');
    expect(text('connection-status')).toBe('FAILED no address');
    expect(labelled('Server address')?.getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(labelled('Server address'));
  });
});

describe('the publishing side', () => {
  it('locks the name while a stream runs, and unlocks it after', () => {
    publisher.show({ kind: 'publishing', streamName: 'a', concern: null }, true);
    expect(text('publish-status')).toBe('PUBLISHING');
    expect(button('publish-button').textContent).toBe('Stop');
    expect((labelled('Stream name') as HTMLInputElement).readOnly).toBe(true);
    publisher.show({ kind: 'reconnecting', streamName: 'a', reason: 'Lost.' }, false);
    expect(button('publish-button').textContent).toBe('Stop');
    publisher.show({ kind: 'unpublished', reason: null }, true);
    expect(text('publish-status')).toBe('UNPUBLISHED');
    expect(button('publish-button').textContent).toBe('Publish');
    expect((labelled('Stream name') as HTMLInputElement).readOnly).toBe(false);
  });

  it('lets devices be changed, not added or taken away, while a stream runs', () => {
    publisher.showDevices({ cameras: [{ deviceId: 'v1', label: 'Front' }], microphones: [] });
    const none = (id: string): HTMLOptionElement => [...select(id).options].find((option) => option.value === 'none')!;
    const source = new FakeSource(() => undefined);
    Object.assign(source, { stream: { getAudioTracks: () => [] } });
    publisher.showSource(source);
    expect(select('camera').disabled).toBe(false);
    expect(none('camera').disabled).toBe(true);
    expect(select('microphone').disabled).toBe(true);
    publisher.showDevices({ cameras: [], microphones: [] });
    expect(none('camera').disabled).toBe(true);
    publisher.showSource(null);
    expect(none('camera').disabled).toBe(false);
    expect(select('microphone').disabled).toBe(false);
  });

  it('goes back to the devices in force when others cannot be had', () => {
    publisher.showDevices({ cameras: [{ deviceId: 'v1', label: 'Front' }], microphones: [] });
    select('camera').selectedIndex = 1;
    publisher.showDeviceProblem('in use');
    expect(document.querySelector('#device-problem')?.textContent).toBe('in use');
    expect(publisher.selection.camera).toEqual({ kind: 'default' });
  });

  it('says what the mute buttons will do', () => {
    const source = new FakeSource(() => undefined);
    Object.assign(source, { stream: { getAudioTracks: () => [{}] }, isMuted: (kind: string) => kind === 'audio' });
    publisher.showSource(source);
    expect(button('mute-microphone').textContent).toBe('Unmute microphone');
    expect(button('mute-camera').textContent).toBe('Turn camera off');
    source.isScreen = true;
    publisher.showMutes(source);
    expect(button('mute-camera').textContent).toBe('Turn screen off');
    button('mute-camera').click();
    expect(listener.mutePressed).toHaveBeenCalledWith('video');
  });

  it('can be stopped even without a connection, but not started', () => {
    publisher.show({ kind: 'ready' }, false);
    expect(button('publish-button').disabled).toBe(true);
    publisher.show({ kind: 'publishing', streamName: 'a', concern: null }, false);
    expect(button('publish-button').disabled).toBe(false);
  });

  it('keeps the focus on its button through a whole stream', () => {
    button('publish-button').focus();
    for (const kind of ['starting', 'publishing', 'stopping', 'unpublished'] as const) {
      publisher.show({ kind, streamName: 'a', step: 'media', concern: null, reason: null }, true);
      expect(document.activeElement).toBe(button('publish-button'));
      expect(button('publish-button').disabled).toBe(false); // A browser takes the focus from a disabled button.
    }
  });

  it('does not take the second click of a double click for Stop', () => {
    button('publish-button').dispatchEvent(new MouseEvent('click', { detail: 1 }));
    button('publish-button').dispatchEvent(new MouseEvent('click', { detail: 2 }));
    expect(listener.publishPressed).toHaveBeenCalledTimes(1);
    button('publish-button').click();
    expect(listener.publishPressed).toHaveBeenCalledTimes(2);
  });

  it('starts, but never stops, by the Enter key in the name', () => {
    const submit = new Event('submit', { cancelable: true });
    document.querySelector('#publish-form')?.dispatchEvent(submit);
    expect(listener.publishRequested).toHaveBeenCalledTimes(1);
    expect(listener.publishPressed).not.toHaveBeenCalled();
    expect(submit.defaultPrevented).toBe(true);
  });

  it('says what is wrong with a name while it is typed', () => {
    type('Stream name', 'a b');
    expect(document.querySelector('#stream-name-problem')?.textContent).toMatch(/1 to 128 characters/);
    expect(labelled('Stream name')?.getAttribute('aria-invalid')).toBe('true');
    type('Stream name', 'ab?token=x y');
    expect(labelled('Stream name')?.getAttribute('aria-invalid')).toBe('false');
    expect(listener.streamNameEdited).toHaveBeenCalledTimes(2);
  });

  it('leads to a name that is refused', () => {
    publisher.streamName = '';
    publisher.checkName();
    expect(document.activeElement).toBe(labelled('Stream name'));
    expect(labelled('Stream name')?.getAttribute('aria-invalid')).toBe('true');
  });
});

describe('the playing side', () => {
  it('has a Stop of its own name', () => {
    player.show({ kind: 'playing', streamName: 'a', concern: null }, true);
    expect(text('play-status')).toBe('PLAYING');
    expect(button('play-button').textContent).toBe('Stop');
    expect(button('play-button').getAttribute('aria-label')).toBe('Stop playing');
    expect((labelled('Stream to play') as HTMLInputElement).readOnly).toBe(true);
    player.show({ kind: 'stopped', reason: null }, true);
    expect(button('play-button').getAttribute('aria-label')).toBe('Play');
  });

  it.each(['pending', 'paused', 'reconnecting'] as const)('can be stopped while it waits (%s), even without a connection', (kind) => {
    player.show({ kind, streamName: 'a', reason: 'r' }, false);
    expect(button('play-button').textContent).toBe('Stop');
    expect(button('play-button').disabled).toBe(false);
    expect(button('available-button').disabled).toBe(true);
  });

  it('shows whether a stream is there until the name is changed', () => {
    player.showAvailability({ available: true, info: null });
    expect(text('available-status')).toBe('AVAILABLE');
    expect(document.querySelector<HTMLElement>('#available-status')?.dataset['tone']).toBe('good');
    player.showAvailability({ available: false, info: 'Stream not found' });
    expect(text('available-status')).toBe('UNAVAILABLE Stream not found');
    expect(document.querySelector<HTMLElement>('#available-status')?.dataset['tone']).toBe('bad');
    type('Stream to play', 'b');
    expect(document.querySelector<HTMLElement>('#available-status')?.hidden).toBe(true);
  });
});

describe('the player’s picture', () => {
  const stream = {} as MediaStream;
  let plays: (() => Promise<void>)[];

  const show = async (startsMuted = false): Promise<ScreenView> => {
    const screen = new ScreenView(startsMuted);
    let source: MediaProvider | null = null;
    Object.defineProperty(screen.video, 'srcObject', { get: () => source, set: (value: MediaProvider | null) => (source = value) });
    screen.video.play = () => (plays.shift() ?? (() => Promise.resolve()))();
    await screen.show(stream);
    return screen;
  };

  beforeEach(() => {
    plays = [];
  });

  it('has its sound where the browser lets it', async () => {
    const { video } = await show();
    expect(video.muted).toBe(false);
    expect(button('play-unmute').hidden).toBe(true);
    expect(document.querySelector<HTMLElement>('#play-blank')?.hidden).toBe(true);
  });

  it('starts muted with a button where the browser does not', async () => {
    plays = [() => Promise.reject(new DOMException('no', 'NotAllowedError'))];
    const { video } = await show();
    expect(video.muted).toBe(true);
    expect(button('play-unmute').hidden).toBe(false);
    button('play-unmute').click();
    expect(video.muted).toBe(false);
    expect(button('play-unmute').hidden).toBe(true);
  });

  it('starts muted when it is told to', async () => {
    const { video } = await show(true);
    expect(video.muted).toBe(true);
    expect(button('play-unmute').hidden).toBe(false);
  });

  it('has a volume that also mutes', async () => {
    const { video } = await show();
    const volume = document.querySelector<HTMLInputElement>('#play-volume')!;
    volume.value = '0';
    volume.dispatchEvent(new Event('input'));
    expect(video.muted).toBe(true);
    button('play-sound').click();
    expect([video.muted, video.volume]).toEqual([false, 1]);
  });

  it('goes when there is nothing to show', async () => {
    const screen = await show(true);
    await screen.show(null);
    expect(button('play-unmute').hidden).toBe(true);
    expect(document.querySelector<HTMLElement>('#play-blank')?.hidden).toBe(false);
  });
});

describe('live figures', () => {
  const list = (id: string): HTMLElement => element(id, HTMLElement);

  it('have a text each on both sides, and a graph where there is something to draw', () => {
    const local = new FiguresView(list('local-figures'), list('local-figure-hints'), PUBLISHER_ROWS, '');
    const remote = new FiguresView(list('play-figures'), list('play-figure-hints'), PLAYER_ROWS, 'play-');
    local.show({ ...NO_FIGURES, width: 640, height: 360, bitsPerSecond: 500_000 });
    local.show({ ...NO_FIGURES, width: 640, height: 360, bitsPerSecond: 1_000_000 });
    remote.show({ ...NO_FIGURES, skewMilliseconds: -5 });
    expect(text('stat-resolution')).toBe('640 × 360');
    expect(text('stat-bitrate')).toBe('1.00 Mbit/s');
    expect(text('play-stat-skew')).toBe('−5 ms');
    for (const name of ['resolution', 'fps', 'bitrate', 'loss', 'rtt', 'buffer', 'skew', 'delay']) {
      expect(text(`stat-${name}`)).not.toBe('missing');
      expect(text(`play-stat-${name}`)).not.toBe('missing');
    }

    const graph = document.querySelector('#stat-bitrate')?.parentElement?.querySelector('path');
    expect(graph?.getAttribute('d')).toMatch(/^M[\d.]+ 14L120 0$/);
    local.clear();
    expect(text('stat-bitrate')).toBe('–');
    expect(graph?.getAttribute('d')).toBe('');
  });
});

describe('the panel of other programs', () => {
  it('shows lines to copy, and the page’s address as a code', () => {
    const view = new WatchView();
    view.show(watchLines(SERVER, '7f3c', new URL('http://gateway.example:8080/')), '7f3c');
    expect(document.querySelector<HTMLElement>('#how-to-watch')?.hidden).toBe(false);
    expect(text('watch-vlc')).toContain('rtmp://gateway.example:1935/live/7f3c');
    expect(document.querySelector('#qr-code path')?.getAttribute('d')).toMatch(/^M4 4h1v1/);
    expect(document.querySelector<HTMLAnchorElement>('#player-link')?.href).toBe('http://gateway.example:8080/?play=7f3c');
    view.show(null, '');
    expect(document.querySelector<HTMLElement>('#how-to-watch')?.hidden).toBe(true);
  });
});

describe('data', () => {
  it('can be sent while publishing, and is kept in a list that does not grow for ever', () => {
    const view = new DataView(listener);
    expect(view.payload).toBe('{"count": 23}');
    expect(button('data-send').disabled).toBe(true);
    view.canSend = true;
    button('data-send').click();
    expect(listener.sendPressed).toHaveBeenCalledTimes(1);
    for (let count = 0; count < 60; count++) {
      view.addReceived(`9:05 - {"count":${count}}`);
    }

    const pieces = [...document.querySelectorAll('#data-received li')].map((item) => item.textContent);
    expect(pieces).toHaveLength(50);
    expect(pieces[0]).toBe('9:05 - {"count":59}');
  });
});

describe('the check', () => {
  it('shows each result once, and its newest words', () => {
    const view = new PreflightView(listener);
    view.begin();
    view.show({ id: 'check-udp', label: 'Media over UDP', grade: 'busy', words: 'Trying…' });
    view.show({ id: 'check-udp', label: 'Media over UDP', grade: 'good', words: 'Connected.' });
    view.finish();
    expect(text('check-udp')).toBe('Media over UDP Connected.');
    expect(document.querySelectorAll('#check-results li')).toHaveLength(1);
    expect(button('check-button').textContent).toBe('Check again');
  });
});

describe('the RTMP address', () => {
  const watch = (): HTMLElement => document.querySelector<HTMLElement>('#watch')!;

  it('is the plain text of the address, or hidden', () => {
    publisher.showRtmpUrl('rtmp://gateway.example:1935/live/7f3c', true);
    expect(text('rtmp-url')).toBe('rtmp://gateway.example:1935/live/7f3c');
    expect(watch().hidden).toBe(false);
    publisher.showRtmpUrl(null, false);
    expect(watch().hidden).toBe(true);
  });

  it('is copied, or selected where the browser has no clipboard', async () => {
    publisher.showRtmpUrl('rtmp://h:1935/live/a', true);
    button('copy-button').click();
    await vi.waitFor(() => expect(button('copy-button').textContent).toBe('Selected'));
    expect(String(getSelection())).toBe('rtmp://h:1935/live/a');
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal('navigator', { clipboard: { writeText } });
    button('copy-button').click();
    await vi.waitFor(() => expect(button('copy-button').textContent).toBe('Copied'));
    expect(writeText).toHaveBeenCalledWith('rtmp://h:1935/live/a');
    vi.unstubAllGlobals();
  });
});

describe('the device lists', () => {
  const cameras = [{ deviceId: 'v1', label: 'Front' }, { deviceId: 'none', label: 'Odd' }];

  it('give the choice of the person', () => {
    publisher.showDevices({ cameras, microphones: [{ deviceId: '', label: 'Microphone 1' }] });
    expect([...select('camera').options].map((option) => option.text)).toEqual(['Default', 'Front', 'Odd', 'Share the screen…', 'No camera']);
    expect([...select('microphone').options].map((option) => option.text)).toEqual(['Default', 'No microphone']);
    expect(publisher.selection).toEqual({ camera: { kind: 'default' }, microphone: { kind: 'default' } });
    select('camera').selectedIndex = 2;
    select('microphone').selectedIndex = 1;
    expect(publisher.selection).toEqual({ camera: { kind: 'device', deviceId: 'none' }, microphone: { kind: 'none' } });
  });

  it('keep what was chosen as long as it is there', () => {
    publisher.showDevices({ cameras, microphones: [] });
    select('camera').selectedIndex = 1;
    publisher.showDevices({ cameras: [...cameras].reverse(), microphones: [] });
    expect(publisher.selection.camera).toEqual({ kind: 'device', deviceId: 'v1' });
    publisher.showDevices({ cameras: [], microphones: [] });
    expect(publisher.selection.camera).toEqual({ kind: 'default' });
  });
});

describe('text from outside', () => {
  it('never becomes markup', () => {
    const data = new DataView(listener);
    const watch = new WatchView();
    const check = new PreflightView(listener);
    connection.showNotice(HOSTILE);
    connection.show({ kind: 'established', server: { ...SERVER, version: HOSTILE } });
    publisher.show({ kind: 'failed', reason: HOSTILE }, true);
    publisher.showNotices([HOSTILE]);
    publisher.showRtmpUrl(HOSTILE, true);
    publisher.showDevices({ cameras: [{ deviceId: 'x', label: HOSTILE }], microphones: [] });
    player.show({ kind: 'failed', reason: HOSTILE }, true);
    player.showNotices([HOSTILE]);
    player.showAvailability({ available: true, info: null, video: { codec: HOSTILE } });
    data.addReceived(HOSTILE);
    data.showProblem(HOSTILE);
    check.show({ id: 'x', label: HOSTILE, grade: 'bad', words: HOSTILE });
    watch.show(watchLines({ ...SERVER, rtmpHost: HOSTILE }, HOSTILE, new URL('http://gateway.example/')), HOSTILE);
    expect(document.querySelectorAll('img, iframe')).toHaveLength(0);
    expect(text('publish-status')).toBe(`FAILED ${HOSTILE}`);
    expect(text('play-status')).toBe(`FAILED ${HOSTILE}`);
  });
});
