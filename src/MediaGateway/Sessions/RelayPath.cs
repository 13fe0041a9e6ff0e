namespace MediaGateway.Sessions;

/// <summary>
/// The gateways that a pushed stream, or the wish for a stream that is pulled, has passed, as their connect commands say: names separated by
/// commas, the last one last. A gateway that finds itself in it would feed itself for ever.
/// </summary>
internal static class RelayPath
{
    /// <summary>The longest path, in gateways: a chain of more is taken for a loop of gateways that do not know each other.</summary>
    public const int MaximumHops = 4;

    /// <summary>The longest path, in characters: four names and room.</summary>
    public const int MaximumLength = 256;

    /// <summary>Why what has come this way may not come in, in words for the other gateway; null when it may.</summary>
    /// <param name="path">What the client says; null or empty when it is no gateway.</param>
    /// <param name="nodeId">This gateway.</param>
    public static string? Refuse(string? path, string nodeId)
    {
        if (string.IsNullOrEmpty(path))
        {
            return null;
        }

        if (path.Length > MaximumLength)
        {
            return "The relay path is too long.";
        }

        string[] hops = path.Split(',');
        if (hops.Contains(nodeId, StringComparer.Ordinal))
        {
            return "This gateway is on the stream's way already: the relay is a loop.";
        }

        return hops.Length > MaximumHops ? $"The stream has passed more than {MaximumHops} gateways." : null;
    }

    /// <summary>The path of two wishes that have met: what the one has passed and the other has not, then that of the other.</summary>
    public static string Join(string path, string other)
    {
        string[] hops = other.Split(',');
        return string.Join(',', [.. path.Split(',').Where(hop => hop.Length > 0 && !hops.Contains(hop, StringComparer.Ordinal)), .. hops]);
    }

    /// <summary>The path with this gateway at its end.</summary>
    public static string Append(string? path, string nodeId) => string.IsNullOrEmpty(path) ? nodeId : $"{path},{nodeId}";
}
