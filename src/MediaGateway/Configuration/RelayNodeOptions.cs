namespace MediaGateway.Configuration;

/// <summary>One entry of <see cref="RelayOptions.Nodes"/>.</summary>
internal sealed class RelayNodeOptions
{
    /// <summary>Its RTMP address, <c>rtmp[s]://host[:port][/application]</c>. Without a path the viewer's own application is added.</summary>
    public string Address { get; set; } = "";

    /// <summary>Its HTTP address, such as <c>https://edge1.example.org</c>; null when viewers are sent there by RTMP only.</summary>
    public string? HttpAddress { get; set; }

    /// <summary>Its share of the viewers compared with the other nodes; 0 gets none.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>Whether it gets no more viewers, e.g. before it is restarted. The API can change it while the gateway runs.</summary>
    public bool Drain { get; set; }
}
