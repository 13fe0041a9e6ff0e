using System.Diagnostics.CodeAnalysis;
using MediaGateway.Configuration;
using MediaGateway.Rtmp;
using MediaGateway.Streams;

namespace MediaGateway.Relay;

/// <summary>Where streams that nobody publishes here are looked for: the settings <c>Relay:Origins</c>. Immutable; any thread.</summary>
internal sealed class OriginTable
{
    /// <summary>Stands for every application that has no entry of its own.</summary>
    public const string EveryApplication = "*";

    private readonly Dictionary<string, string> _urls = new(StringComparer.Ordinal);

    /// <summary>Takes the origins from the settings; of several for one application the first counts.</summary>
    public OriginTable(RelayOptions options)
    {
        foreach (RelayOriginOptions origin in options.Origins)
        {
            _urls.TryAdd(origin.Application, origin.Url);
        }
    }

    /// <summary>The address of a stream at its origin; null when its application has none.</summary>
    public RtmpTargetUrl? Find(StreamKey key)
    {
        string? url = _urls.GetValueOrDefault(key.Application) ?? _urls.GetValueOrDefault(EveryApplication);
        return url is not null && TryCombine(url, key.Application, key.Name, out RtmpTargetUrl? whole, out _) ? whole : null;
    }

    /// <summary>Makes the address of a stream out of its origin's, or says in words why not. The words never repeat the input.</summary>
    /// <param name="origin">The origin, as <see cref="RelayOriginOptions.Url"/> has it.</param>
    /// <param name="application">The stream's application, for an origin without a path.</param>
    /// <param name="name">The stream's name.</param>
    /// <param name="url">The stream's address.</param>
    /// <param name="refusal">Why there is none.</param>
    public static bool TryCombine(
        string origin, string application, string name, [NotNullWhen(true)] out RtmpTargetUrl? url, [NotNullWhen(false)] out string? refusal)
    {
        int question = origin.IndexOf('?', StringComparison.Ordinal);
        string place = (question < 0 ? origin : origin[..question]).TrimEnd('/');
        string parameters = question < 0 ? "" : origin[question..];
        int host = place.IndexOf("://", StringComparison.Ordinal) + 3;
        bool hasPath = host >= 3 && place.IndexOf('/', host) >= 0;
        return RtmpTargetUrl.TryParse($"{place}{(hasPath ? "" : $"/{application}")}/{name}{parameters}", out url, out refusal);
    }
}
