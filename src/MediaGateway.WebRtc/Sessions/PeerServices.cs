using System.Security.Cryptography;
using MediaGateway.Media.Memory;
using MediaGateway.WebRtc.Dtls;
using MediaGateway.WebRtc.Srtp;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>What sessions use in common. The caller owns all of it.</summary>
/// <param name="Pool">Where datagrams and frames are rented.</param>
/// <param name="Dtls">Makes the DTLS end of a session.</param>
/// <param name="Ciphers">Makes the ciphers of a session.</param>
/// <param name="Random">Where credentials and identifiers come from; cryptographic in production.</param>
public sealed record PeerServices(BufferPool Pool, IDtlsEndpointFactory Dtls, ISrtpCipherFactory Ciphers, RandomNumberGenerator Random);
