namespace MediaGateway.Servers.Hls;

/// <summary>What a request for a playlist gets.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Playlist">The playlist; null when there is none.</param>
/// <param name="Words">Why not, for a person.</param>
internal readonly record struct HlsAnswer(int Status, ReadOnlyMemory<byte>? Playlist, string? Words)
{
    /// <summary>What was asked for does not come in time.</summary>
    public static HlsAnswer NotYet { get; } = new(
        StatusCodes.Status503ServiceUnavailable, null, "The stream has not gone on as far as was asked for; try again.");

    /// <summary>The stream has ended before there was a segment.</summary>
    public static HlsAnswer Gone { get; } = new(StatusCodes.Status404NotFound, null, "The stream has ended.");

    /// <summary>The segments are made no more, perhaps because the gateway ends: who comes back gets those of the next run.</summary>
    public static HlsAnswer Stopping { get; } = new(
        StatusCodes.Status503ServiceUnavailable, null, "The gateway has stopped making segments of this stream; ask again.");

    /// <summary>RFC 8216bis 6.2.5.2: a segment more than two after the newest.</summary>
    public static HlsAnswer TooFarAhead { get; } = new(
        StatusCodes.Status400BadRequest, null, "That segment is further ahead than a player may ask for.");

    /// <summary>Here it is.</summary>
    public static HlsAnswer Of(byte[] playlist) => new(StatusCodes.Status200OK, playlist, null);

    /// <summary>HLS cannot carry what the stream sends.</summary>
    public static HlsAnswer Unsupported(string words) => new(StatusCodes.Status415UnsupportedMediaType, null, words);
}
