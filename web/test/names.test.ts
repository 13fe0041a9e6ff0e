import { describe, expect, it } from 'vitest';
import { parseStreamName, playedNameProblem, randomStreamName, streamNameProblem } from '../src/names';

describe('streamNameProblem', () => {
  it.each(['a', '7f3c', 'A.b_c~d-9', '...', 'x'.repeat(128)])('accepts %s', (name) => {
    expect(streamNameProblem(name)).toBeNull();
  });

  it.each(['a b', 'a/b', '../x', 'ä', 'a?b', 'a%20', '<img>', 'a\n', 'x'.repeat(129)])('refuses %j and says what is allowed', (name) => {
    expect(streamNameProblem(name)).toMatch(/1 to 128 characters/);
  });

  it('says that a name is missing', () => {
    expect(streamNameProblem('')).toMatch(/Enter a stream name/);
  });

  it.each(['.', '..'])('refuses %s by its name', (name) => {
    expect(streamNameProblem(name)).toMatch(/cannot be “\.”/);
  });
});

describe('playedNameProblem', () => {
  it.each(['a', 'vod/clip.mp4', 'vod/dir/clip', 'vod/mp4:dir/clip.mp4', 'vod/flv:clip'])('accepts %s', (name) => {
    expect(playedNameProblem(name)).toBeNull();
  });

  it.each(['a b', '', '..', 'vod/', '/vod', 'vod//clip', 'vod/../clip.mp4', 'vod/a b.mp4', 'vod/http:clip', 'mp4:clip'])('refuses %j', (name) => {
    expect(playedNameProblem(name)).not.toBeNull();
  });
});

describe('parseStreamName', () => {
  it.each([
    ['a', 'a', {}],
    ['a?', 'a', {}],
    ['a?s1=v1&s2=v%202', 'a', { s1: 'v1', s2: 'v 2' }],
    ['a?x=1?2', 'a', { x: '1?2' }],
    ['a?x=1&x=2', 'a', { x: '2' }],
    ['?x=1', '', { x: '1' }],
  ])('of %s', (text, name, parameters) => {
    expect(parseStreamName(text)).toEqual({ name, parameters });
  });
});

describe('randomStreamName', () => {
  it('is always four hexadecimal digits and a valid name', () => {
    const names = Array.from({ length: 500 }, randomStreamName);
    expect(names.filter((name) => !/^[0-9a-f]{4}$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBeGreaterThan(400);
  });
});
