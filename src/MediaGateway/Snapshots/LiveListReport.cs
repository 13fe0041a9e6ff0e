using System.Text.Json.Serialization;
using MediaGateway.Media.Frames;
using MediaGateway.Streams;

namespace MediaGateway.Snapshots;

/// <summary>The body of <c>GET /live-streams</c>.</summary>
/// <param name="Streams">Who is live, the newest first.</param>
internal sealed record LiveListReport(IReadOnlyList<LiveListEntry> Streams);

/// <summary>One live stream, for everybody.</summary>
/// <param name="Application">Its application.</param>
/// <param name="Name">Its name.</param>
/// <param name="Viewers">Viewers on every protocol.</param>
/// <param name="PublishedSeconds">Time since it was published.</param>
/// <param name="Width">Pixels of a row; null while unknown.</param>
/// <param name="Height">Rows; null while unknown.</param>
/// <param name="HasVideo">Whether it has pictures.</param>
/// <param name="HasAudio">Whether it has sound.</param>
/// <param name="Snapshot">Where its picture is, as a path; null when there is none.</param>
internal sealed record LiveListEntry(
    string Application,
    string Name,
    int Viewers,
    double PublishedSeconds,
    int? Width,
    int? Height,
    bool HasVideo,
    bool HasAudio,
    string? Snapshot)
{
    /// <summary>Describes a stream.</summary>
    public static LiveListEntry From(StreamSnapshot stream)
    {
        var size = stream.Video as H264Format;
        return new LiveListEntry(
            stream.Key.Application,
            stream.Key.Name,
            stream.Viewers,
            Math.Round(stream.Age.TotalSeconds, 1),
            size?.Width,
            size?.Height,
            stream.Video is not null,
            stream.Audio is not null,
            size is null ? null : $"{SnapshotEndpoints.ListPath}/{stream.Key.Application}/{stream.Key.Name}.jpg");
    }
}

/// <summary>Writes the list without reflection; names of clients leave no character that means something in HTML.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LiveListReport))]
internal sealed partial class LiveListJsonContext : JsonSerializerContext;
