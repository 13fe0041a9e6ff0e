using System.Globalization;
using System.Text.Json;
using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>One packet of a media file as ffprobe lists it.</summary>
/// <param name="Codec"><c>video</c> or <c>audio</c>.</param>
/// <param name="Pts">Presentation time in seconds.</param>
/// <param name="Dts">Decoding time in seconds.</param>
/// <param name="IsKeyframe">Whether decoding can start here.</param>
/// <param name="Bytes">Size of the payload.</param>
internal sealed record MediaPacket(string Codec, double Pts, double Dts, bool IsKeyframe, int Bytes)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Lists the packets of a file in file order, with the times that the file carries.</summary>
    public static async Task<IReadOnlyList<MediaPacket>> ListAsync(string path)
    {
        string text = await ToolProcess.RunAsync(
            Tool.Require("ffprobe"),
            ["-v", "error", "-show_entries", "packet=codec_type,pts_time,dts_time,size,flags", "-of", "json=compact=1", path],
            Limit);
        using JsonDocument document = JsonDocument.Parse(text);
        return [.. document.RootElement.GetProperty("packets").EnumerateArray().Select(Parse)];
    }

    private static MediaPacket Parse(JsonElement packet) => new(
        packet.GetProperty("codec_type").GetString()!,
        Seconds(packet, "pts_time"),
        Seconds(packet, "dts_time"),
        packet.GetProperty("flags").GetString()!.StartsWith('K'),
        int.Parse(packet.GetProperty("size").GetString()!, CultureInfo.InvariantCulture));

    private static double Seconds(JsonElement packet, string name) =>
        packet.TryGetProperty(name, out JsonElement value) ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture) : double.NaN;
}
