namespace MediaGateway.Servers.Hls;

/// <summary>What a client of HLS can make the gateway hold or wait for.</summary>
internal static class HlsLimits
{
    /// <summary>Requests that wait at the same time for what comes next; further ones are refused.</summary>
    public const int Waits = 20_000;

    /// <summary>
    /// Players of one address that have not come back yet under the name they were given: whoever plays does so with the next request, however
    /// many sit behind the address.
    /// </summary>
    public const int NewcomersPerAddress = 200;

    /// <summary>Payload bytes that may wait for the making of segments of one stream: more than any cached group of pictures.</summary>
    public const long QueueBytes = 48 * 1024 * 1024;

    /// <summary>
    /// How long a first request waits for something to be listed: a whole group of pictures of an encoder that cannot be asked for a
    /// keyframe. hls.js gives up after 20 s.
    /// </summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(15);

    /// <summary>A player may ask for a segment this much after the newest (RFC 8216bis 6.2.5.2).</summary>
    public const int SegmentsAhead = 2;

    /// <summary>How many target durations a blocking request waits before it is refused (6.2.5.2).</summary>
    public const int TargetsToWait = 3;
}
