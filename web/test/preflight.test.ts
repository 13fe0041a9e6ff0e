import { describe, expect, it } from 'vitest';
import { type CheckResult, type PreflightSurroundings, type Reach, runPreflight, type Way } from '../src/preflight';
import { SERVER } from './fakes';

const codecs = (...names: string[]): RTCRtpCodec[] => names.map((name) => ({ mimeType: `video/${name}`, clockRate: 90_000 }));
const REACHED: Reach = { kind: 'reached', milliseconds: 41.7 };
const UNREACHED: Reach = { kind: 'unreached', tried: ['203.0.113.7:8000 (UDP)'] };

async function check(change: Partial<PreflightSurroundings>, reach: Partial<Record<Way, Reach>> = {}): Promise<Record<string, CheckResult>> {
  const results: Record<string, CheckResult> = {};
  await runPreflight(
    {
      isSecure: true,
      securePage: null,
      server: SERVER,
      codecs: () => codecs('H264', 'VP8'),
      countDevices: () => Promise.resolve({ cameras: 1, microphones: 2 }),
      permission: () => Promise.resolve('granted'),
      reach: (way) => Promise.resolve(reach[way] ?? REACHED),
      ...change,
    },
    (result) => {
      results[result.id] = result;
    },
  );
  return results;
}

describe('runPreflight', () => {
  it('finds everything good', async () => {
    const results = await check({});
    expect(Object.keys(results)).toEqual([
      'check-security', 'check-camera', 'check-microphone', 'check-send', 'check-receive', 'check-udp', 'check-tcp',
    ]);
    expect(new Set(Object.values(results).map(({ grade }) => grade))).toEqual(new Set(['good']));
    expect(results['check-udp']?.words).toBe('Connected within 42 ms.');
  });

  it('says where the page is secure, and does not look for devices before', async () => {
    const results = await check({ isSecure: false, securePage: 'https://gateway.example:8443/' });
    expect(results['check-security']).toMatchObject({ grade: 'bad', words: expect.stringContaining('https://gateway.example:8443/') as string });
    expect(results['check-camera']?.grade).toBe('bad');
  });

  it.each([
    ['denied', 'bad', /forbidden/],
    ['prompt', 'good', /will ask/],
    [null, 'good', /will ask/],
  ] as const)('tells how the permission stands: %s', async (permission, grade, words) => {
    const results = await check({ permission: () => Promise.resolve(permission) });
    expect(results['check-camera']).toMatchObject({ grade, words: expect.stringMatching(words) as string });
  });

  it('finds no device', async () => {
    const results = await check({ countDevices: () => Promise.resolve({ cameras: 0, microphones: 1 }) });
    expect(results['check-camera']).toMatchObject({ grade: 'warning', words: 'None was found. Connect one, or choose “No camera”.' });
  });

  it('looks at codecs in both directions', async () => {
    const without = await check({ codecs: () => codecs('VP8') });
    expect(without['check-send']?.grade).toBe('bad');
    expect(without['check-receive']?.grade).toBe('bad');
    const converted = await check({ codecs: () => codecs('VP8'), server: { ...SERVER, acceptsVideo: ['H264', 'VP8'] } });
    expect(converted['check-send']).toMatchObject({ grade: 'warning', words: expect.stringMatching(/converts it/) as string });
    const silent = await check({ codecs: () => null });
    expect(silent['check-send']?.grade).toBe('warning');
  });

  it('names what was tried and what to do when nothing gets through', async () => {
    const results = await check({}, { UDP: UNREACHED, TCP: { kind: 'unreached', tried: ['203.0.113.7:8000 (TCP)'] } });
    expect(results['check-udp']).toMatchObject({ grade: 'bad', words: expect.stringMatching(/203\.0\.113\.7:8000 \(UDP\).*firewall/) as string });
    expect(results['check-tcp']).toMatchObject({ grade: 'bad', words: expect.stringMatching(/Open the port for TCP/) as string });
  });

  it('makes less of TCP when UDP works', async () => {
    const results = await check({}, { TCP: UNREACHED });
    expect(results['check-tcp']).toMatchObject({ grade: 'warning', words: expect.stringMatching(/UDP works/) as string });
    expect((await check({}, { TCP: { kind: 'notOffered' } }))['check-tcp']?.grade).toBe('idle');
  });

  it('tries the TURN server where there is one', async () => {
    const server = { ...SERVER, iceServers: [{ urls: ['turn:turn.example:3478'] }] };
    const results = await check({ server }, { TURN: { kind: 'unreached', tried: [] } });
    expect(results['check-turn']).toMatchObject({ grade: 'warning', words: expect.stringMatching(/TURN server/) as string });
  });

  it('does not blame the network for a refusal or a missing gateway', async () => {
    const refused = await check({}, { UDP: { kind: 'refused', reason: 'Restricted access' } });
    expect(refused['check-udp']).toMatchObject({ grade: 'warning', words: 'Could not be tried: Restricted access' });
    const alone = await check({ server: null });
    expect(alone['check-udp']?.words).toMatch(/no connection to the gateway/);
    const broken = await check({ reach: () => Promise.reject(new Error('odd')) });
    expect(broken['check-udp']?.words).toMatch(/odd/);
  });
});
