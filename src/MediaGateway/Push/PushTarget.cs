using MediaGateway.Rtmp;
using MediaGateway.Streams;

namespace MediaGateway.Push;

/// <summary>What is pushed, and where to. Immutable.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Url">The whole address, key included.</param>
/// <param name="IsFullUrl">Whether the whole address was given; else the application's was, and the stream's name follows from ours.</param>
internal sealed record PushTarget(StreamKey Stream, RtmpTargetUrl Url, bool IsFullUrl)
{
    /// <summary>What WCS puts before the stream's name when it is given the address of an application only.</summary>
    public const string NamePrefix = "rtmp_";

    /// <summary>The name at the target, for people: a name that follows from ours is no secret, a key is.</summary>
    public string ShownName => IsFullUrl ? "****" : Url.StreamName;

    /// <summary>The address for people: without user, password and key.</summary>
    public string ShownUrl => IsFullUrl ? Url.Masked : Url.Masked[..Url.Masked.LastIndexOf('/')];

    /// <summary>Whether both send the same stream to the same place.</summary>
    public bool IsSameAs(PushTarget other) =>
        Stream == other.Stream
        && (Url.TcUrl, Url.StreamName) == (other.Url.TcUrl, other.Url.StreamName);

    /// <summary>
    /// Takes what an operator gave: the application's address, to which <see cref="NamePrefix"/> and the stream's name are added, or the
    /// whole address. Says in words why it cannot be used; the words hold nothing of the address.
    /// </summary>
    public static PushTarget? Create(StreamKey stream, string? address, bool isFullUrl, out string? refusal)
    {
        string? whole = isFullUrl || string.IsNullOrEmpty(address) ? address : $"{address.TrimEnd('/')}/{NamePrefix}{stream.Name}";
        if (!RtmpTargetUrl.TryParse(whole, out RtmpTargetUrl? url, out refusal))
        {
            return null;
        }

        if (url.StreamName.Length == 0)
        {
            refusal = "The address names no stream: it must end with /key.";
            return null;
        }

        return new PushTarget(stream, url, isFullUrl);
    }
}
