namespace MediaGateway.WebRtc.Stun;

/// <summary>What may be read of an ICE connectivity check before it is known whose it is. Stateless; any thread.</summary>
public static class BindingRequest
{
    private const byte Separator = (byte)':';

    /// <summary>
    /// Reads our side's username fragment, the part of USERNAME before the colon (RFC 8445 7.2.2), from a datagram that is a
    /// well-formed STUN Binding request. Says nothing about its being authentic. Allocates nothing.
    /// </summary>
    /// <param name="datagram">Any datagram.</param>
    /// <param name="fragment">The fragment as bytes of ASCII: a view into <paramref name="datagram"/>.</param>
    public static bool TryReadLocalUsernameFragment(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> fragment)
    {
        fragment = default;
        if (!StunMessage.TryParse(datagram, out StunMessage message)
            || message.Type != StunMessageType.BindingRequest
            || !message.TryFind(StunAttributeType.Username, out StunAttribute username))
        {
            return false;
        }

        // The attribute's value is a view into the datagram; sliced again from it so that the compiler sees the lifetime.
        ReadOnlySpan<byte> value = datagram.Slice(username.Offset + 4, username.Value.Length);
        int colon = value.IndexOf(Separator);
        if (colon <= 0)
        {
            return false;
        }

        fragment = value[..colon];
        return true;
    }
}
