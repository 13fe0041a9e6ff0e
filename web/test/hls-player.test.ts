import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hlsAddress } from '../src/addresses';
import { HlsPlayer, RETRY_MILLISECONDS } from '../src/hls-player';
import type { PlayerState } from '../src/types';
import { SERVER } from './fakes';

const PAGE = new URL('https://media.example/gateway/?token=t');

/** A player with a video element that plays what the test says. */
class Stage {
  readonly states: PlayerState[] = [];
  readonly video = document.createElement('video');
  readonly addresses: string[] = [];
  attached = 0;
  isShown = false;
  fail: (reason: string) => void = () => undefined;

  readonly player = new HlsPlayer({
    video: this.video,
    attach: (_, address, failed) => {
      this.addresses.push(address);
      this.attached += 1;
      this.fail = failed;
      return {
        latencySeconds: () => 2.5,
        detach: () => {
          this.attached -= 1;
        },
      };
    },
    address: (name, parameters) => hlsAddress(SERVER, name, parameters, PAGE),
    stateChanged: (state) => this.states.push(state),
    pictureChanged: (isShown) => {
      this.isShown = isShown;
    },
  });

  tell(event: string): void {
    this.video.dispatchEvent(new Event(event));
  }
}

describe('playing over HLS', () => {
  let stage: Stage;

  beforeEach(() => {
    vi.useFakeTimers();
    stage = new Stage();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('plays as soon as the browser has a picture', () => {
    stage.player.play('7f3c?token=x y');
    expect(stage.player.state).toEqual({ kind: 'starting', streamName: '7f3c', step: 'media' });
    expect(stage.addresses).toEqual(['https://media.example/gateway/hls/live/7f3c/index.m3u8?token=x+y']);
    expect(stage.player.figures()).toBeNull();
    stage.tell('playing');
    expect(stage.player.state).toEqual({ kind: 'playing', streamName: '7f3c', concern: null });
    expect(stage.player.figures()?.delayMilliseconds).toBe(2500);
  });

  it('says why there is nothing to play', () => {
    stage.player.play('nobody');
    stage.fail('Stream not found');
    expect(stage.player.state).toEqual({ kind: 'failed', reason: 'Stream not found' });
    expect([stage.attached, stage.isShown]).toEqual([0, false]);
  });

  it('refuses a name that is none', () => {
    stage.player.play('a b');
    expect(stage.player.state.kind).toBe('failed');
    expect(stage.addresses).toEqual([]);
  });

  it('goes on when a stream that has stopped is there again', () => {
    stage.player.play('7f3c');
    stage.tell('playing');
    stage.fail('Stream not found');
    expect(stage.player.state).toEqual({ kind: 'paused', streamName: '7f3c', reason: 'Stream not found' });
    vi.advanceTimersByTime(RETRY_MILLISECONDS);
    stage.fail('Stream not found');
    vi.advanceTimersByTime(RETRY_MILLISECONDS);
    expect(stage.addresses).toHaveLength(3);
    stage.tell('playing');
    expect(stage.player.state.kind).toBe('playing');
  });

  it('ends with the recording, and on Stop also while it waits', () => {
    stage.player.play('7f3c');
    stage.tell('playing');
    stage.tell('ended');
    expect(stage.player.state).toEqual({ kind: 'stopped', reason: 'The stream has ended.' });

    stage.player.play('7f3c');
    stage.tell('playing');
    stage.fail('Stream not found');
    stage.player.stop();
    vi.advanceTimersByTime(10 * RETRY_MILLISECONDS);
    expect(stage.addresses).toHaveLength(2);
    expect([stage.attached, stage.isShown]).toEqual([0, false]);
    expect(stage.player.state).toEqual({ kind: 'stopped', reason: null });
  });

  it('takes no heed of a video element that plays something else', () => {
    stage.tell('playing');
    stage.tell('ended');
    expect(stage.states).toEqual([]);
  });
});

describe('hlsAddress', () => {
  it('is below the page', () => {
    expect(hlsAddress(null, 'a', {}, PAGE)).toBe('https://media.example/gateway/hls/live/a/index.m3u8');
    expect(hlsAddress(SERVER, 'vod/folder/film.mp4', {}, PAGE)).toBe('https://media.example/gateway/hls/vod/folder/film.mp4/index.m3u8');
  });
});
