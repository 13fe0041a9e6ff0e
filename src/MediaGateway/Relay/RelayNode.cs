using MediaGateway.Configuration;

namespace MediaGateway.Relay;

/// <summary>A gateway that viewers can be sent to. Immutable.</summary>
/// <param name="Id">Names it: host, and port where the address has one.</param>
/// <param name="Address">Its RTMP address, without a slash at the end.</param>
/// <param name="HttpAddress">Its HTTP address, without a slash at the end; null for none.</param>
/// <param name="Weight">Its share of the viewers.</param>
/// <param name="IsDrained">Whether it gets no more.</param>
internal sealed record RelayNode(string Id, string Address, string? HttpAddress, int Weight, bool IsDrained)
{
    /// <summary>Whether viewers may be sent there.</summary>
    public bool IsOpen => Weight > 0 && !IsDrained;

    /// <summary>What names the node of that entry.</summary>
    public static string IdOf(RelayNodeOptions options) => new Uri(options.Address).Authority;

    /// <summary>The address of an application there: its own path, or else <paramref name="appText"/>, which may have parameters.</summary>
    public string AddressOf(string appText) => new Uri(Address).AbsolutePath.Length > 1 ? Address : $"{Address}/{appText}";
}
