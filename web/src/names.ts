/** A stream name as the gateway accepts it; anything else is refused there too. */
const STREAM_NAME = /^[A-Za-z0-9._~-]{1,128}$/;

/** Says in words why a stream name cannot be used; null: it can. */
export function streamNameProblem(name: string): string | null {
  if (name === '') {
    return 'Enter a stream name.';
  }

  if (name === '.' || name === '..') {
    return 'A stream name cannot be “.” or “..”.';
  }

  return STREAM_NAME.test(name)
    ? null
    : 'A stream name has 1 to 128 characters: letters A–Z, digits, and . _ ~ - (no spaces).';
}

/** The same of what is to be played: a stream, or a file with its application, `vod/dir/clip.mp4` or `vod/mp4:clip`. */
export function playedNameProblem(name: string): string | null {
  if (!name.includes('/')) {
    return streamNameProblem(name);
  }

  const parts = name.split('/').map((part) => part.replace(/^(mp4|flv|mp3):/, ''));
  return parts.every((part) => streamNameProblem(part) === null)
    ? null
    : 'A file is named with its folders, as in vod/dir/clip.mp4: letters A–Z, digits, and . _ ~ - between the slashes.';
}

/** A stream as it is typed: `name`, or `name?s1=v1&s2=v2` with parameters for the gateway's rules. */
export interface NamedStream {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Parts a stream's name from its parameters; of those that share a name the last one counts. */
export function parseStreamName(text: string): NamedStream {
  const mark = text.indexOf('?');
  return mark < 0
    ? { name: text, parameters: {} }
    : { name: text.slice(0, mark), parameters: Object.fromEntries(new URLSearchParams(text.slice(mark))) };
}

/** A short random stream name: four hexadecimal digits. */
export function randomStreamName(): string {
  const [value = 0] = crypto.getRandomValues(new Uint16Array(1));
  return value.toString(16).padStart(4, '0');
}
