namespace MediaGateway.Testing;

/// <summary>The messages of the fake handshake; the first byte of a datagram is the record's content type as in DTLS.</summary>
internal enum FakeDtlsMessage : byte
{
    /// <summary>Client: begins.</summary>
    ClientHello = 1,

    /// <summary>Server: its random bytes.</summary>
    ServerFlight = 2,

    /// <summary>Client: its certificate and random bytes.</summary>
    ClientFlight = 3,

    /// <summary>Server: done.</summary>
    ServerFinished = 4,
}
