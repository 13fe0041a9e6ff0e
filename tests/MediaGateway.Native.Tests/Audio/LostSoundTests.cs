using System.Globalization;
using MediaGateway.Native.Tests.Opus;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>
/// What is heard of a voice whose packets are lost on their way from the browser, beside the same voice without losses: with what the
/// decoder invents alone, with the copies inside of later packets (in-band FEC), and with copies of whole packets (RED). Writes its
/// figures to the file that <c>MEDIAGATEWAY_MEASUREMENTS</c> names.
/// </summary>
public sealed class LostSoundTests
{
    private const string FileVariable = "MEDIAGATEWAY_MEASUREMENTS";
    private const int Packet = 960;
    private const int Packets = 1500;
    private const long Start = 48_000L * 3600;

    /// <summary>A gap is heard when so long a piece, in samples, ...</summary>
    private const int GapSamples = 960;

    /// <summary>... is quieter than it should be by this factor: 20 dB.</summary>
    private const double Quiet = 0.1;

    [Theory]
    [InlineData(5, Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData(10)]
    public void LostPackets_LeaveHardlyAnyGapToHear(int percent)
    {
        Figures invented = Measure(percent, Protection.None);
        Figures inBand = Measure(percent, Protection.InBand);
        Figures copies = Measure(percent, Protection.Copies);

        // Half a minute each. Nothing is silent but the end of a burst of more than 120 ms.
        Assert.InRange(invented.Gaps, 0, 2);
        Assert.InRange(inBand.Gaps, 0, 2);
        Assert.InRange(copies.Gaps, 0, 2);
        Assert.InRange(inBand.Error, 0, invented.Error * 0.8);
        Assert.InRange(copies.Error, 0, invented.Error * 0.5);
        Assert.True(copies.Concealed < invented.Concealed / 4, $"{copies.Concealed} of {invented.Concealed} packets");
    }

    private static Figures Measure(int percent, Protection protection)
    {
        using var run = new BridgeRun();
        using var reference = new BridgeRun();
        using var encoder = new OpusTestEncoder(channels: 1, bitrate: 32_000, fec: protection == Protection.InBand);
        var random = new Random(percent);
        bool[] arrives = [.. Enumerable.Range(0, Packets).Select(index => index == 0 || random.Next(100) >= percent)];
        for (int index = 0; index < Packets; index++)
        {
            byte[] packet = encoder.Encode(Sound.Voice((long)index * Packet, Packet));
            reference.Push(Start + ((long)index * Packet), packet);

            // A copy comes with the packet after it (RFC 2198).
            bool hasCopy = protection == Protection.Copies && index + 1 < Packets && arrives[index + 1];
            if (arrives[index] || hasCopy)
            {
                run.Push(Start + ((long)index * Packet), packet);
            }
        }

        Figures figures = Compare(reference, run);
        Note($"| {percent} % of the sound lost, {Name(protection)} | {run.Transcoder.ConcealedFrames} of {Packets} | {figures.Gaps} | {figures.LongestGap:0} ms | {figures.Error:0.0 %} |");
        return figures with { Concealed = run.Transcoder.ConcealedFrames };
    }

    private static Figures Compare(BridgeRun reference, BridgeRun run)
    {
        const int Step = 240;
        long from = Start + 48_000;
        int length = (int)(Math.Min(reference.End, run.End) - from);
        float[] right = reference.Heard(from, length);
        float[] heard = run.Heard(from, length);
        int gaps = 0;
        int longest = 0;
        int quiet = 0;
        for (int index = 0; index + Step <= length; index += Step)
        {
            bool isQuiet = Sound.Loudness(heard.AsSpan(index, Step)) < Sound.Loudness(right.AsSpan(index, Step)) * Quiet;
            quiet = isQuiet ? quiet + Step : 0;
            gaps += quiet == GapSamples ? 1 : 0;
            longest = Math.Max(longest, quiet);
        }

        return new Figures(gaps, longest / 48.0, Sound.Difference(heard, right) / Sound.Loudness(right), 0);
    }

    private static string Name(Protection protection) => protection switch
    {
        Protection.None => "invented by the decoder",
        Protection.InBand => "in-band FEC",
        _ => "RED with one copy",
    };

    private static void Note(FormattableString line)
    {
        string text = line.ToString(CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
        {
            File.AppendAllText(file, text + "\n");
        }
    }

    private enum Protection
    {
        None,
        InBand,
        Copies,
    }

    /// <param name="Gaps">Pieces of at least 20 ms that are 20 dB too quiet.</param>
    /// <param name="LongestGap">The longest quiet piece, in milliseconds.</param>
    /// <param name="Error">Root mean square of the difference, against the sound itself.</param>
    /// <param name="Concealed">Packets that did not come.</param>
    private sealed record Figures(int Gaps, double LongestGap, double Error, long Concealed);
}
