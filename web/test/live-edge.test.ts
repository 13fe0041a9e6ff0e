import { expect, test } from 'vitest';
import { LiveEdge } from '../src/live-edge';

/** A video that stands at 30 s of a live stream whose edge is there. */
function playing(): { video: HTMLVideoElement; edge: LiveEdge; seek: (seconds: number) => void } {
  const video = document.createElement('video');
  let position = 30;
  Object.defineProperty(video, 'currentTime', { get: () => position });
  const edge = new LiveEdge(video, () => 30);
  video.dispatchEvent(new Event('timeupdate'));
  return {
    video,
    edge,
    seek: (seconds) => {
      position = seconds;
      video.dispatchEvent(new Event('seeking'));
    },
  };
}

test('a live stream is followed from the beginning', () => {
  expect(playing().edge.isFollowed).toBe(true);
});

test('who goes back stays there, and follows again when he goes to the edge', () => {
  const { edge, seek } = playing();
  seek(12);
  expect(edge.isFollowed).toBe(false);
  seek(12.2);
  expect(edge.isFollowed).toBe(false);
  seek(29.5);
  expect(edge.isFollowed).toBe(true);
});

test('small jumps of the player itself change nothing', () => {
  const { edge, seek } = playing();
  seek(29.8);
  seek(28.9);
  expect(edge.isFollowed).toBe(true);
});

test('who pauses goes on where he was', () => {
  const { video, edge } = playing();
  video.dispatchEvent(new Event('pause'));
  expect(edge.isFollowed).toBe(false);
});

test('after the end of it nothing is noticed', () => {
  const { video, edge } = playing();
  edge.detach();
  video.dispatchEvent(new Event('pause'));
  expect(edge.isFollowed).toBe(true);
});
