namespace MediaGateway.Rtmp.Sessions;

/// <summary>Counts received bytes and tells when the peer's window asks for an Acknowledgement (RTMP 1.0, 5.4.3 and 5.4.4).</summary>
internal struct AcknowledgementWindow
{
    private long _received;
    private long _acknowledged;

    /// <summary>The peer's window in bytes; 0 until it announces one.</summary>
    public uint WindowBytes { get; set; }

    /// <summary>
    /// Counts <paramref name="bytes"/> more; true when an Acknowledgement is due, with the number to send: bytes so far modulo 2^32.
    /// However small the window, there is at most one for each call.
    /// </summary>
    public bool Add(long bytes, out uint sequenceNumber)
    {
        _received += bytes;
        sequenceNumber = unchecked((uint)_received);
        if (WindowBytes == 0 || _received - _acknowledged < WindowBytes)
        {
            return false;
        }

        _acknowledged = _received;
        return true;
    }
}
