/** How many received pieces are kept on show. */
export const MOST_RECEIVED = 50;

/** Longest received piece that is shown in full, in characters. */
const MOST_CHARACTERS = 2000;

export const DEFAULT_PAYLOAD = '{"count": 23}';

/** The text as a payload, or what is wrong with it in words. */
export type Payload = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'problem'; readonly words: string };

export function parsePayload(text: string): Payload {
  try {
    return { kind: 'value', value: JSON.parse(text) as unknown };
  } catch (error) {
    return { kind: 'problem', words: `This is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** A received piece as it is shown: `9:05 - {"count":23}`. */
export function receivedLine(payload: unknown, time: Date): string {
  const json = JSON.stringify(payload) ?? 'null';
  const text = json.length > MOST_CHARACTERS ? `${json.slice(0, MOST_CHARACTERS)}…` : json;
  return `${time.getHours()}:${String(time.getMinutes()).padStart(2, '0')} - ${text}`;
}
