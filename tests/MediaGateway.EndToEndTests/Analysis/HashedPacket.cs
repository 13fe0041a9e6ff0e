using System.Globalization;
using System.Text.Json;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>One packet of a media file with a hash of its payload, as ffprobe lists it.</summary>
/// <param name="Codec"><c>video</c> or <c>audio</c>.</param>
/// <param name="Pts">Presentation time in milliseconds.</param>
/// <param name="Dts">Decoding time in milliseconds.</param>
/// <param name="Hash">Hash of the payload.</param>
internal sealed record HashedPacket(string Codec, long Pts, long Dts, string Hash)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Lists the packets of a file in file order.</summary>
    public static async Task<IReadOnlyList<HashedPacket>> ListAsync(string path)
    {
        string text = await ToolProcess.RunAsync(
            Tool.Require("ffprobe"),
            ["-v", "error", "-show_data_hash", "md5", "-show_entries", "packet=codec_type,pts_time,dts_time,data_hash", "-of", "json=compact=1", path],
            Limit);
        using JsonDocument document = JsonDocument.Parse(text);
        return [.. document.RootElement.GetProperty("packets").EnumerateArray().Select(Parse)];
    }

    /// <summary>
    /// Asserts that a recording holds every packet of one track from its own first one to the last of the source, unchanged, and returns by
    /// how many milliseconds all of them are shifted.
    /// </summary>
    /// <param name="source">The packets published.</param>
    /// <param name="recorded">The packets recorded.</param>
    /// <param name="codec">Which track.</param>
    public static long AssertTail(IReadOnlyList<HashedPacket> source, IReadOnlyList<HashedPacket> recorded, string codec)
    {
        HashedPacket[] sent = [.. source.Where(packet => packet.Codec == codec)];
        HashedPacket[] received = [.. recorded.Where(packet => packet.Codec == codec)];
        Assert.True(received.Length > 0, $"The recording holds no {codec}.");
        Assert.True(received.Length <= sent.Length, $"{received.Length} {codec} packets were recorded of {sent.Length} that were sent.");
        HashedPacket[] tail = sent[^received.Length..];
        Assert.Equal(tail.Select(packet => packet.Hash), received.Select(packet => packet.Hash));
        long shift = received[0].Dts - tail[0].Dts;
        Assert.Equal(tail.Select(packet => (packet.Dts + shift, packet.Pts + shift)), received.Select(packet => (packet.Dts, packet.Pts)));
        return shift;
    }

    /// <summary>
    /// As <see cref="AssertTail"/> for a source that was ended before its end: the recording is a part of it without a gap.
    /// </summary>
    /// <param name="source">The packets published.</param>
    /// <param name="recorded">The packets recorded.</param>
    /// <param name="codec">Which track.</param>
    /// <param name="shift">By how many milliseconds the packets are shifted, where that is known; sound repeats itself.</param>
    public static long AssertPart(IReadOnlyList<HashedPacket> source, IReadOnlyList<HashedPacket> recorded, string codec, long? shift = null)
    {
        HashedPacket first = recorded.First(packet => packet.Codec == codec);
        HashedPacket[] sent = [.. source.Where(packet => packet.Codec == codec)];
        int start = Array.FindIndex(sent, packet => shift is null ? packet.Hash == first.Hash : packet.Dts + shift == first.Dts);
        Assert.True(start >= 0, $"The first {codec} packet was not sent.");
        return AssertTail([.. sent.Skip(start).Take(recorded.Count(packet => packet.Codec == codec))], recorded, codec);
    }

    private static HashedPacket Parse(JsonElement packet) => new(
        packet.GetProperty("codec_type").GetString()!,
        Milliseconds(packet, "pts_time"),
        Milliseconds(packet, "dts_time"),
        packet.GetProperty("data_hash").GetString()!);

    // FLV counts whole milliseconds.
    private static long Milliseconds(JsonElement packet, string name) =>
        packet.TryGetProperty(name, out JsonElement value)
            ? (long)Math.Round(double.Parse(value.GetString()!, CultureInfo.InvariantCulture) * 1000)
            : long.MinValue;
}
