namespace MediaGateway.WebRtc.Stun;

/// <summary>Method and class of a STUN message in one 14-bit value (RFC 8489 5); only the Binding method concerns ICE.</summary>
internal enum StunMessageType
{
    /// <summary>Asks for an answer: an ICE connectivity check.</summary>
    BindingRequest = 0x0001,

    /// <summary>Wants no answer: keeps a NAT binding open.</summary>
    BindingIndication = 0x0011,

    /// <summary>The answer to a check that passed.</summary>
    BindingSuccess = 0x0101,

    /// <summary>The answer to a check that was authentic and is refused.</summary>
    BindingError = 0x0111,
}
