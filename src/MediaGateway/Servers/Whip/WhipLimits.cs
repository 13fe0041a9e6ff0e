namespace MediaGateway.Servers.Whip;

/// <summary>What a client of WHIP or WHEP can make the gateway hold or wait for.</summary>
internal static class WhipLimits
{
    /// <summary>Bytes of a session description or a trickle fragment.</summary>
    public const int BodyBytes = 64 * 1024;

    /// <summary>Addresses whose requests are counted; while there is no room further ones share one count.</summary>
    public const int CountedAddresses = 10_000;

    /// <summary>From a request's header to the last byte of its body.</summary>
    public static readonly TimeSpan BodyTime = TimeSpan.FromSeconds(10);
}
