import { describe, expect, it } from 'vitest';
import { captureFailure, CONNECTION_LOST, hubFailure, mediaPathFailure, trackEnded } from '../src/reasons';

const ALL = { wantsCamera: true, wantsMicrophone: true, hasCamera: true, hasMicrophone: true };

describe('hubFailure', () => {
  it('gives the gateway’s own words without the prefix of SignalR', () => {
    const error = new Error("An unexpected error occurred invoking 'Publish' on the server. HubException: Stream name is already in use");
    expect(hubFailure(error)).toBe('Stream name is already in use');
  });

  it('keeps a reason of several lines whole', () => {
    expect(hubFailure(new Error('x HubException: first\nsecond'))).toBe('first\nsecond');
  });

  it.each([
    'Invocation canceled due to the underlying connection being closed.',
    "Cannot send data if the connection is not in the 'Connected' State.",
    'Server timeout elapsed without receiving a message from the server.',
  ])('says that the connection is lost: %s', (message) => {
    expect(hubFailure(new Error(message))).toBe(CONNECTION_LOST);
  });

  it('does not show an error without a reason as it is', () => {
    expect(hubFailure(new Error("An unexpected error occurred invoking 'Publish' on the server."))).toMatch(/internal error/);
  });
});

describe('captureFailure', () => {
  const failure = (name: string, circumstances = ALL): string => captureFailure(new DOMException('text', name), circumstances);

  it.each([
    [{ ...ALL, hasCamera: false }, /^No camera was found/],
    [{ ...ALL, hasMicrophone: false }, /^No microphone was found/],
    [{ ...ALL, hasCamera: false, hasMicrophone: false }, /^No camera and no microphone/],
    [{ ...ALL, wantsCamera: false, hasCamera: false, hasMicrophone: false }, /^No microphone was found/],
    [ALL, /was not found/],
  ])('names the device that is missing %#', (circumstances, expected) => {
    expect(failure('NotFoundError', circumstances)).toMatch(expected);
  });

  it.each([
    ['NotAllowedError', /Permission to use the camera or microphone was refused/],
    ['NotReadableError', /Another program may be using it/],
    ['AbortError', /Another program may be using it/],
    ['OverconstrainedError', /no longer there/],
    ['SecurityError', /settings forbid/],
    ['InvalidStateError', /could not be opened: text/],
  ])('explains %s', (name, expected) => {
    expect(failure(name)).toMatch(expected);
  });

  it('speaks of the device that was asked for only', () => {
    expect(failure('NotAllowedError', { ...ALL, wantsCamera: false })).toMatch(/the microphone was refused/);
    expect(failure('NotAllowedError', { ...ALL, wantsMicrophone: false })).toMatch(/the camera was refused/);
  });

  it('copes with anything thrown', () => {
    expect(captureFailure('odd', ALL)).toMatch(/odd/);
    expect(captureFailure(new Error(''), ALL)).toMatch(/Error/);
    expect(captureFailure(undefined, ALL)).toMatch(/undefined/);
  });
});

describe('mediaPathFailure', () => {
  it('names what was tried and what must be open', () => {
    const words = mediaPathFailure(['203.0.113.5:8000 (UDP)', '203.0.113.5:8000 (TCP)'], false);
    expect(words).toContain('tried 203.0.113.5:8000 (UDP), 203.0.113.5:8000 (TCP)');
    expect(words).toMatch(/port must be reachable/);
  });

  it('says so when nothing was offered', () => {
    expect(mediaPathFailure([], false)).toMatch(/offered no address/);
  });

  it('tells a broken connection from one that never was', () => {
    expect(mediaPathFailure(['a:1 (UDP)'], true)).toMatch(/broke/);
  });
});

describe('trackEnded', () => {
  it('names the device', () => {
    expect(trackEnded('video')).toMatch(/^The camera/);
    expect(trackEnded('audio')).toMatch(/^The microphone/);
    expect(trackEnded('video', true)).toBe('The screen is no longer shared.');
  });
});
