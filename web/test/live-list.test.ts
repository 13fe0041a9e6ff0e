import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import html from '../index.html?raw';
import { LIST_MILLISECONDS, LiveList, type LiveStream, readLiveList } from '../src/live-list';
import { LiveView } from '../src/view/live-view';

const CAMERA: LiveStream = {
  application: 'live',
  name: 'camera',
  viewers: 1,
  publishedSeconds: 200,
  width: 1280,
  height: 720,
  snapshot: '/live-streams/live/camera.jpg',
};

describe('the list of live streams', () => {
  const fetchList = vi.fn<() => Promise<unknown>>();
  const changed = vi.fn<(streams: readonly LiveStream[]) => void>();
  let isVisible = true;
  let list: LiveList;

  beforeEach(() => {
    vi.useFakeTimers();
    fetchList.mockReset().mockResolvedValue({ streams: [CAMERA] });
    changed.mockReset();
    isVisible = true;
    list = new LiveList({ fetchList, changed, isVisible: () => isVisible });
  });

  afterEach(() => {
    list.stop();
    vi.useRealTimers();
  });

  it('is asked for at once and then again and again', async () => {
    list.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(changed).toHaveBeenLastCalledWith([CAMERA]);
    fetchList.mockResolvedValue({ streams: [] });
    await vi.advanceTimersByTimeAsync(LIST_MILLISECONDS);
    expect(changed).toHaveBeenLastCalledWith([]);
    expect(fetchList).toHaveBeenCalledTimes(2);
  });

  it('is not asked for while nobody looks', async () => {
    list.start();
    await vi.advanceTimersByTimeAsync(0);
    isVisible = false;
    await vi.advanceTimersByTimeAsync(3 * LIST_MILLISECONDS);
    expect(fetchList).toHaveBeenCalledTimes(1);
    isVisible = true;
    await vi.advanceTimersByTimeAsync(LIST_MILLISECONDS);
    expect(fetchList).toHaveBeenCalledTimes(2);
  });

  it('is asked for no more where the gateway keeps none', async () => {
    fetchList.mockResolvedValue(null);
    list.start();
    await vi.advanceTimersByTimeAsync(3 * LIST_MILLISECONDS);
    expect(changed).toHaveBeenLastCalledWith([]);
    expect(fetchList).toHaveBeenCalledTimes(1);
  });

  it('is empty where the gateway cannot be reached, and is asked for on', async () => {
    fetchList.mockRejectedValueOnce(new TypeError('Failed to fetch'));
    list.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(changed).toHaveBeenLastCalledWith([]);
    await vi.advanceTimersByTimeAsync(LIST_MILLISECONDS);
    expect(changed).toHaveBeenLastCalledWith([CAMERA]);
  });

  it('ends with stop, also one that is under way', async () => {
    let answer: (list: unknown) => void = () => undefined;
    fetchList.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    list.start();
    list.stop();
    answer({ streams: [CAMERA] });
    await vi.advanceTimersByTimeAsync(2 * LIST_MILLISECONDS);
    expect(changed).not.toHaveBeenCalled();
    expect(fetchList).toHaveBeenCalledTimes(1);
  });

  it('is read with care', () => {
    expect(readLiveList(null)).toEqual([]);
    expect(readLiveList({ streams: 'all' })).toEqual([]);
    expect(readLiveList({ streams: [null, 7, { name: 'x' }, { application: 'live', name: 'x', viewers: 'many', snapshot: '//elsewhere/x.jpg' }] })).toEqual([
      { application: 'live', name: 'x', viewers: 0, publishedSeconds: 0, width: null, height: null, snapshot: null },
    ]);
  });
});

describe('the view of live streams', () => {
  const chosen = vi.fn<(streamName: string) => void>();
  let view: LiveView;

  const buttons = (): HTMLButtonElement[] => [...document.querySelectorAll<HTMLButtonElement>('#live-list button')];
  const panel = (): HTMLElement => document.querySelector<HTMLElement>('#live')!;

  beforeEach(() => {
    document.body.innerHTML = /<body>([\s\S]*)<\/body>/.exec(html)?.[1] ?? '';
    chosen.mockReset();
    view = new LiveView(new URL('https://media.example/gateway/?play=x'), chosen);
  });

  it('is hidden while nobody is live', () => {
    expect(panel().hidden).toBe(true);
    view.show([CAMERA]);
    expect(panel().hidden).toBe(false);
    view.show([]);
    expect(panel().hidden).toBe(true);
  });

  it('plays the stream that is pressed', () => {
    view.show([CAMERA, { ...CAMERA, name: 'door' }]);
    buttons()[1]!.click();
    expect(chosen).toHaveBeenCalledExactlyOnceWith('door');
  });

  it('says how a stream fares, and asks for a new picture each time', () => {
    view.show([CAMERA]);
    const [button] = buttons();
    const picture = button!.querySelector('img')!;
    expect(button!.textContent).toContain('1 viewer · 3 min on air · 1280×720');
    expect(picture.src).toBe('https://media.example/gateway/live-streams/live/camera.jpg?t=1');

    view.show([{ ...CAMERA, viewers: 12, publishedSeconds: 3900 }]);
    expect(buttons()).toEqual([button]);
    expect(button!.textContent).toContain('12 viewers · 1 h 5 min on air');
    expect(picture.src).toBe('https://media.example/gateway/live-streams/live/camera.jpg?t=2');
  });

  it('shows names as text', () => {
    view.show([{ ...CAMERA, name: '"><img src=x onerror=alert(1)>', snapshot: null }]);
    expect(document.querySelectorAll('#live-list img')).toHaveLength(1);
    expect(buttons()[0]!.textContent).toContain('"><img');
  });
});
