namespace MediaGateway.Rtmp.Sessions;

/// <summary>Where a refused peer should connect instead. JW Player and edges of other servers follow; FFmpeg, VLC and librtmp do not.</summary>
/// <param name="Target">The address of an application, such as <c>rtmp://other.example/live</c>; the stream's name is the peer's to add.</param>
public sealed record RtmpRedirect(string Target)
{
    /// <summary>The code that the information object carries, borrowed from HTTP.</summary>
    public const int Code = 302;
}
