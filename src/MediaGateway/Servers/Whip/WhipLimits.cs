namespace MediaGateway.Servers.Whip;

/// <summary>What a client of WHIP or WHEP can make the gateway hold or wait for.</summary>
internal static class WhipLimits
{
    /// <summary>Bytes of a session description or a trickle fragment.</summary>
    public const int BodyBytes = 64 * 1024;

    /// <summary>Addresses whose requests are counted; while there is no room further ones share one count.</summary>
    public const int CountedAddresses = 10_000;

    /// <summary>Parameters of one address, its credentials included.</summary>
    public const int Parameters = 64;

    /// <summary>Characters of them together, decoded. A signed token needs up to eight thousand.</summary>
    public const int ParameterCharacters = 10 * 1024;

    /// <summary>From a request's header to the last byte of its body.</summary>
    public static readonly TimeSpan BodyTime = TimeSpan.FromSeconds(10);
}
