import { refusalOf } from './reasons';
import type { Reach, Way } from './preflight';
import { iceServersOf } from './server-information';
import { candidateAddresses, withCandidatesOver } from './sdp';
import type { ServerInformation, SessionAnswer, SessionRequest } from './types';

/** How long a way may take to be found open. */
export const REACH_MILLISECONDS = 6_000;

/** What a try asks of the signalling. */
export interface ReachSignaling {
  publish(request: SessionRequest): Promise<SessionAnswer>;
  unpublish(mediaSessionId: string): Promise<void>;
}

/**
 * Tries whether media get to the gateway one way: asks to publish under a name that nobody knows, connects with the candidates of that way
 * alone, sends nothing and lets go. No stream comes of it, because a stream begins with its first media.
 */
export async function tryWay(way: Way, server: ServerInformation, signaling: ReachSignaling): Promise<Reach> {
  const connection = new RTCPeerConnection(
    way === 'TURN' ? { iceServers: iceServersOf(server), iceTransportPolicy: 'relay' } : {},
  );
  let mediaSessionId: string | null = null;
  try {
    connection.addTransceiver('audio', { direction: 'sendonly' });
    await connection.setLocalDescription(await connection.createOffer());
    const sdp = connection.localDescription?.sdp ?? '';
    const answer = await signaling.publish({ streamName: `check-${crypto.randomUUID()}`, sdp, parameters: {} });
    mediaSessionId = answer.mediaSessionId;
    const narrowed = way === 'TURN' ? answer.sdp : withCandidatesOver(answer.sdp, way);
    const tried = candidateAddresses(narrowed);
    if (tried.length === 0) {
      return { kind: 'notOffered' };
    }

    const began = performance.now();
    const connected = untilConnected(connection);
    await connection.setRemoteDescription({ type: 'answer', sdp: narrowed });
    return (await connected) ? { kind: 'reached', milliseconds: performance.now() - began } : { kind: 'unreached', tried };
  } catch (error) {
    return { kind: 'refused', reason: refusalOf(error) ?? (error instanceof Error ? error.message : String(error)) };
  } finally {
    connection.close();
    if (mediaSessionId !== null) {
      await signaling.unpublish(mediaSessionId).catch(() => undefined);
    }
  }
}

function untilConnected(connection: RTCPeerConnection): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), REACH_MILLISECONDS);
    connection.addEventListener('connectionstatechange', () => {
      const { connectionState } = connection;
      if (connectionState === 'connected' || connectionState === 'failed') {
        clearTimeout(timer);
        resolve(connectionState === 'connected');
      }
    });
  });
}
