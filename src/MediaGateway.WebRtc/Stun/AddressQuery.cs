using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.WebRtc.Stun;

/// <summary>The question under which address a STUN server sees the asker, and its answer (RFC 8489 2): a Binding request without credentials.</summary>
public static class AddressQuery
{
    /// <summary>Bytes of a request.</summary>
    public const int RequestLength = StunMessage.HeaderLength;

    /// <summary>Bytes of the id that pairs request and answer; to be random.</summary>
    public const int TransactionIdLength = StunMessage.TransactionIdLength;

    /// <summary>Makes a request of <see cref="RequestLength"/> bytes.</summary>
    public static byte[] Make(ReadOnlySpan<byte> transactionId)
    {
        byte[] request = new byte[RequestLength];
        _ = new StunMessageWriter(request, StunMessageType.BindingRequest, transactionId);
        return request;
    }

    /// <summary>Reads the answer to <paramref name="request"/>; false for anything else.</summary>
    public static bool TryReadAnswer(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> request, out TransportAddress address)
    {
        address = default;
        return StunMessage.TryParse(datagram, out StunMessage message)
            && message.Type == StunMessageType.BindingSuccess
            && message.TransactionId.SequenceEqual(request[^TransactionIdLength..])
            && message.HasNoWrongFingerprint()
            && message.TryReadXorMappedAddress(out address);
    }
}
