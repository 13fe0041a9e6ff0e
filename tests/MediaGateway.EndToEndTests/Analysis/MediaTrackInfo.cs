using System.Text.Json;
using System.Text.Json.Serialization;
using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>What ffprobe says of one track of a file.</summary>
internal sealed record MediaTrackInfo(
    [property: JsonPropertyName("codec_type")] string Kind,
    [property: JsonPropertyName("codec_name")] string Codec,
    [property: JsonPropertyName("profile")] string? Profile,
    [property: JsonPropertyName("sample_rate")] string? SampleRate,
    [property: JsonPropertyName("channels")] int Channels,
    [property: JsonPropertyName("width")] int Width,
    [property: JsonPropertyName("height")] int Height)
{
    /// <summary>The tracks of a file.</summary>
    public static async Task<IReadOnlyList<MediaTrackInfo>> ListAsync(string path)
    {
        string text = await ToolProcess.RunAsync(
            Tool.Require("ffprobe"), ["-v", "error", "-show_streams", "-of", "json", path], TimeSpan.FromSeconds(60));
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("streams").Deserialize<MediaTrackInfo[]>()!;
    }
}
