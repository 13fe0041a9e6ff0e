import { beforeEach, describe, expect, it, vi } from 'vitest';
import html from '../index.html?raw';
import { View, type ViewListener } from '../src/view';

const SERVER = { version: '1.2', rtmpHost: null, rtmpPort: 1935, application: 'live' };
const HOSTILE = '"><img src=x onerror=alert(1)>';
const listener = {
  connectionPressed: vi.fn(),
  connectRequested: vi.fn(),
  publishPressed: vi.fn(),
  publishRequested: vi.fn(),
  streamNameEdited: vi.fn(),
} satisfies ViewListener;
let view: View;

const text = (testId: string): string => document.querySelector(`[data-testid="${testId}"]`)?.textContent ?? 'missing';
const button = (id: string): HTMLButtonElement => document.querySelector<HTMLButtonElement>(`button#${id}`)!;
const select = (id: string): HTMLSelectElement => document.querySelector<HTMLSelectElement>(`select#${id}`)!;
const labelled = (label: string): HTMLElement | null =>
  [...document.querySelectorAll('label')].find((candidate) => candidate.textContent === label)?.control ?? null;

beforeEach(() => {
  document.body.innerHTML = /<body>([\s\S]*)<\/body>/.exec(html)?.[1] ?? '';
  vi.clearAllMocks();
  view = new View(listener);
});

describe('the page', () => {
  it('has the names by which people and tools find its parts', () => {
    expect(/<title>(.*)<\/title>/.exec(html)?.[1]).toBe('Two Way Streaming');
    expect(labelled('Server address')).toBeInstanceOf(HTMLInputElement);
    expect(labelled('Stream name')).toBeInstanceOf(HTMLInputElement);
    expect(labelled('Camera')).toBeInstanceOf(HTMLSelectElement);
    expect(labelled('Microphone')).toBeInstanceOf(HTMLSelectElement);
    for (const testId of ['connection-status', 'publish-status', 'rtmp-url']) {
      expect(text(testId)).not.toBe('missing');
    }
  });

  it('has no inline script or style, which the gateway’s policy forbids', () => {
    expect(document.querySelectorAll('script, style, [style], [onclick], [onload]')).toHaveLength(0);
    expect(html).not.toMatch(/<style|\son\w+=|javascript:/);
  });

  it('announces its statuses', () => {
    expect(document.querySelector('[data-testid="connection-status"]')?.getAttribute('role')).toBe('status');
    expect(document.querySelector('[data-testid="publish-status"]')?.getAttribute('role')).toBe('status');
  });
});

describe('the connection row', () => {
  it('follows the connection', () => {
    view.showConnection({ kind: 'established', server: SERVER });
    expect(text('connection-status')).toBe('ESTABLISHED');
    expect(button('connection-button').textContent).toBe('Disconnect');
    expect((labelled('Server address') as HTMLInputElement).readOnly).toBe(true);
    view.showConnection({ kind: 'failed', reason: 'gone' });
    expect(text('connection-status')).toBe('FAILED gone');
    expect(button('connection-button').textContent).toBe('Connect');
    expect((labelled('Server address') as HTMLInputElement).readOnly).toBe(false);
  });

  it('says what is wrong with an address', () => {
    view.showServerAddressProblem('no address');
    expect(text('connection-status')).toBe('FAILED no address');
    expect(labelled('Server address')?.getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(labelled('Server address'));
  });
});

describe('the publishing side', () => {
  it('locks what cannot be changed while a stream runs, and unlocks it after', () => {
    view.showPublisher({ kind: 'publishing', streamName: 'a', concern: null }, true);
    expect(text('publish-status')).toBe('PUBLISHING');
    expect(button('publish-button').textContent).toBe('Stop');
    expect((labelled('Stream name') as HTMLInputElement).readOnly).toBe(true);
    expect(select('camera').disabled).toBe(true);
    view.showPublisher({ kind: 'unpublished', reason: null }, true);
    expect(text('publish-status')).toBe('UNPUBLISHED');
    expect(button('publish-button').textContent).toBe('Publish');
    expect((labelled('Stream name') as HTMLInputElement).readOnly).toBe(false);
    expect(select('camera').disabled).toBe(false);
  });

  it('can be stopped even without a connection, but not started', () => {
    view.showPublisher({ kind: 'ready' }, false);
    expect(button('publish-button').disabled).toBe(true);
    view.showPublisher({ kind: 'publishing', streamName: 'a', concern: null }, false);
    expect(button('publish-button').disabled).toBe(false);
  });

  it('keeps the focus on its button through a whole stream', () => {
    button('publish-button').focus();
    for (const kind of ['starting', 'publishing', 'stopping', 'unpublished'] as const) {
      view.showPublisher({ kind, streamName: 'a', step: 'media', concern: null, reason: null }, true);
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
    view.showStreamNameProblem('bad');
    expect(document.querySelector('#stream-name-problem')?.textContent).toBe('bad');
    expect(labelled('Stream name')?.getAttribute('aria-invalid')).toBe('true');
    view.showStreamNameProblem(null);
    expect(labelled('Stream name')?.getAttribute('aria-invalid')).toBe('false');
  });
});

describe('the RTMP address', () => {
  const watch = (): HTMLElement => document.querySelector<HTMLElement>('#watch')!;

  it('is the plain text of the address, or hidden', () => {
    view.showRtmpUrl('rtmp://gateway.example:1935/live/7f3c', true);
    expect(text('rtmp-url')).toBe('rtmp://gateway.example:1935/live/7f3c');
    expect(watch().hidden).toBe(false);
    view.showRtmpUrl(null, false);
    expect(watch().hidden).toBe(true);
  });

  it('is copied, or selected where the browser has no clipboard', async () => {
    view.showRtmpUrl('rtmp://h:1935/live/a', true);
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
    view.showDevices({ cameras, microphones: [{ deviceId: '', label: 'Microphone 1' }] });
    expect([...select('camera').options].map((option) => option.text)).toEqual(['Default', 'Front', 'Odd', 'No camera']);
    expect([...select('microphone').options].map((option) => option.text)).toEqual(['Default', 'No microphone']);
    expect(view.devices).toEqual({ camera: { kind: 'default' }, microphone: { kind: 'default' } });
    select('camera').selectedIndex = 2;
    select('microphone').selectedIndex = 1;
    expect(view.devices).toEqual({ camera: { kind: 'device', deviceId: 'none' }, microphone: { kind: 'none' } });
  });

  it('keep what was chosen as long as it is there', () => {
    view.showDevices({ cameras, microphones: [] });
    select('camera').selectedIndex = 1;
    view.showDevices({ cameras: [...cameras].reverse(), microphones: [] });
    expect(view.devices.camera).toEqual({ kind: 'device', deviceId: 'v1' });
    view.showDevices({ cameras: [], microphones: [] });
    expect(view.devices.camera).toEqual({ kind: 'default' });
  });
});

describe('text from outside', () => {
  it('never becomes markup', () => {
    const before = document.querySelectorAll('*').length;
    view.showNotice(HOSTILE);
    view.showConnection({ kind: 'established', server: { ...SERVER, version: HOSTILE } });
    view.showPublisher({ kind: 'failed', reason: HOSTILE }, true);
    view.showStreamNameProblem(HOSTILE);
    view.showRtmpUrl(HOSTILE, true);
    view.showDevices({ cameras: [{ deviceId: 'x', label: HOSTILE }], microphones: [] });
    expect(document.querySelectorAll('img')).toHaveLength(0);
    expect(document.querySelectorAll('*').length).toBe(before + 1); // One more option.
    expect(text('publish-status')).toBe(`FAILED ${HOSTILE}`);
  });
});
