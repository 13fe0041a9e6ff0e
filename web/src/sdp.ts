/** Of a candidate line (RFC 8839 5.1): transport, address and port. */
const CANDIDATE = /^a=candidate:\S+ \d+ (\S+) \d+ (\S+) (\d+) typ /;

/** The addresses of the `a=candidate` lines as `host:port (UDP)`, each once. */
export function candidateAddresses(sdp: string): string[] {
  const addresses = new Set<string>();
  for (const line of sdp.split(/\r?\n/)) {
    const [, transport, address, port] = CANDIDATE.exec(line) ?? [];
    if (transport !== undefined && address !== undefined && port !== undefined) {
      addresses.add(`${address.includes(':') ? `[${address}]` : address}:${port} (${transport.toUpperCase()})`);
    }
  }

  return [...addresses];
}

/** The same description with the candidates of one transport alone. */
export function withCandidatesOver(sdp: string, transport: 'UDP' | 'TCP'): string {
  return sdp
    .split('\r\n')
    .filter((line) => !line.startsWith('a=candidate:') || CANDIDATE.exec(line)?.[1]?.toUpperCase() === transport)
    .join('\r\n');
}
