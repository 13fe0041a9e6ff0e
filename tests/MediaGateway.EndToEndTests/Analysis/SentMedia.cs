using MediaGateway.EndToEndTests.Browser;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>
/// What a publisher really sent, from its own RTP packets: when each picture and each beep belongs by RTP stamps and sender reports. It is
/// the measure of the gateway's own error: what is wrong here was wrong before the gateway.
/// </summary>
internal sealed class SentMedia
{
    private const int VideoRate = 90_000;
    private const int AudioRate = 48_000;
    private const int SamplesPerPacket = 960;

    private SentMedia(IReadOnlyList<Picture> pictures, IReadOnlyList<double> beeps)
    {
        Pictures = pictures;
        Beeps = beeps;
    }

    /// <summary>The pictures with their times by the sender reports, in seconds.</summary>
    public IReadOnlyList<Picture> Pictures { get; }

    /// <summary>The times of the beeps by the sender reports, in seconds.</summary>
    public IReadOnlyList<double> Beeps { get; }

    /// <summary>Lip sync by RTP stamps and sender reports alone.</summary>
    public LipSync LipSync => LipSync.Measure(LipSync.Flashes(Pictures), Beeps);

    /// <summary>The time of each numbered picture.</summary>
    public IReadOnlyDictionary<int, double> TimeByCounter => Pictures
        .Where(picture => picture.Counter is not null)
        .GroupBy(picture => picture.Counter!.Value)
        .ToDictionary(group => group.Key, group => group.First().Seconds);

    /// <summary>Decodes the trace of a browser whose page has published.</summary>
    public static async Task<SentMedia> ReadAsync(Chromium browser, WorkFolder folder)
    {
        Sender[] senders = await browser.Page.EvaluateAsync<Sender[]>("flashAndBeep.senders()");
        IReadOnlyList<byte[]> sent = browser.Trace.Sent;
        SentRtp video = SentRtp.Select(sent, senders.Single(sender => sender.Kind == "video").Ssrc, VideoRate);
        SentRtp audio = SentRtp.Select(sent, senders.Single(sender => sender.Kind == "audio").Ssrc, AudioRate);
        return new SentMedia(await ReadPicturesAsync(video, folder.File("sent.h264")), await ReadBeepsAsync(audio, folder.File("sent.ogg")));
    }

    private static async Task<IReadOnlyList<Picture>> ReadPicturesAsync(SentRtp video, string file)
    {
        // The last picture may be cut off by the end of the trace.
        List<SentRtp.SentPacket> packets = [.. video.Packets];
        packets.RemoveRange(packets.FindLastIndex(packet => packet.Marker) + 1, packets.Count - packets.FindLastIndex(packet => packet.Marker) - 1);
        List<uint> stamps = [];
        await using (FileStream annexB = File.Create(file))
        {
            foreach (SentRtp.SentPacket packet in packets)
            {
                if (stamps.Count == 0 || stamps[^1] != packet.Timestamp)
                {
                    stamps.Add(packet.Timestamp);
                }

                WriteNalUnits(annexB, packet.Payload);
            }
        }

        DecodedMedia media = await DecodedMedia.DecodeAsync(file, audio: false, inputFormat: "h264");
        Assert.Equal(stamps.Count, media.Pictures.Count);
        return [.. media.Pictures.Select((picture, i) => picture with { Seconds = video.NtpSeconds(stamps[i]) })];
    }

    private static async Task<IReadOnlyList<double>> ReadBeepsAsync(SentRtp audio, string file)
    {
        OggOpusWriter.Write(file, [.. audio.Packets.Select(packet => packet.Payload)]);
        DecodedMedia media = await DecodedMedia.DecodeAsync(file, video: false);
        Assert.Equal(audio.Packets.Count, media.Sound.Length / SamplesPerPacket);
        return
        [
            .. LipSync.BeepSamples(media.Sound).Select(sample =>
                audio.NtpSeconds(audio.Packets[sample / SamplesPerPacket].Timestamp) + (sample % SamplesPerPacket / (double)AudioRate)),
        ];
    }

    // RFC 6184: 1-23 a NAL unit, 24 STAP-A, 28 FU-A.
    private static void WriteNalUnits(Stream annexB, ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> startCode = [0, 0, 0, 1];
        switch (payload[0] & 31)
        {
            case 24:
                for (ReadOnlySpan<byte> rest = payload[1..]; rest.Length > 2;)
                {
                    int length = rest[0] << 8 | rest[1];
                    annexB.Write(startCode);
                    annexB.Write(rest.Slice(2, length));
                    rest = rest[(2 + length)..];
                }

                break;
            case 28:
                if ((payload[1] & 0x80) != 0)
                {
                    annexB.Write(startCode);
                    annexB.WriteByte((byte)((payload[0] & 0xE0) | (payload[1] & 31)));
                }

                annexB.Write(payload[2..]);
                break;
            default:
                annexB.Write(startCode);
                annexB.Write(payload);
                break;
        }
    }

    private sealed record Sender(string Kind, uint Ssrc, int PayloadType);
}
