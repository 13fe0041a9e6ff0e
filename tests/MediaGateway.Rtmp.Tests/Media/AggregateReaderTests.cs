using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Media;

/// <summary>Aggregate messages (RTMP 1.0, 7.1.6), as a session takes them apart.</summary>
public sealed class AggregateReaderTests
{
    private const int Aggregate = 22;

    [Fact]
    public void Parts_CountTheirTimeFromTheFirst()
    {
        using RtmpScript script = RtmpScript.Publishing();
        byte[] body = [.. Part(8, 5000, "72 01"), .. Part(9, 5010, "14 02"), .. Part(8, 5020, "72 03"), .. Part(18, 5021, "02 0001 61")];
        script.Send(script.Client.Message(Aggregate, 1, body, timestamp: 100));
        Assert.Equal([(CodecId.Pcma, 100L), (CodecId.Vp6, 110L), (CodecId.Pcma, 120L), (CodecId.ScriptData, 121L)], Take(script, 4));
        script.ExpectNothing();
        Assert.Equal(0, script.Session.UnreadableMessages);
    }

    [Fact]
    public void TimesOfParts_MayPass24And32Bits()
    {
        using RtmpScript script = RtmpScript.Publishing();
        byte[] body = [.. Part(8, 0xFFFFFFF0, "72 01"), .. Part(8, 4, "72 02")];
        script.Send(script.Client.Message(Aggregate, 1, body, timestamp: 0xFFFFFF));
        Assert.Equal([(CodecId.Pcma, 0xFFFFFFL), (CodecId.Pcma, 0x1000013L)], Take(script, 2));
    }

    [Fact]
    public void LastSize_MayBeLeftOut()
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Send(script.Client.Message(Aggregate, 1, Part(8, 0, "72 01").AsSpan(..^4)));
        script.ExpectFrame().Release();
        Assert.Equal(0, script.Session.UnreadableMessages);
    }

    [Fact]
    public void InputBehindAnAggregate_WaitsUntilItIsTaken()
    {
        using RtmpScript script = RtmpScript.Publishing();
        byte[] parts = [.. Enumerable.Range(0, 1000).SelectMany(i => Part(8, (uint)i, "72 01"))];
        script.Send([.. script.Client.Message(Aggregate, 1, parts), .. script.Client.Message(8, 1, [0x72, 2], timestamp: 1000)]);
        Assert.Equal(Enumerable.Range(0, 1001).Select(i => (CodecId.Pcma, (long)i)), Take(script, 1001));
        script.ExpectNothing();
    }

    [Theory]
    [InlineData("08 000009 000000 00 000000 72 01")]
    [InlineData("08 0000")]
    public void AggregateCutShort_GivesWhatIsWhole(string rest)
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Send(script.Client.Message(Aggregate, 1, [.. Part(8, 0, "72 01"), .. Wire.Hex(rest)]));
        script.ExpectFrame().Release();
        script.ExpectNothing();
        Assert.Equal((1, "aggregate message is cut short"), (script.Session.UnreadableMessages, script.Session.LastUnreadable));
    }

    [Fact]
    public void PartThatIsNoMedia_IsLeftOut()
    {
        using RtmpScript script = RtmpScript.Publishing();
        byte[] body = [.. Part(20, 0, "02 0005 636c6f7365"), .. Part(22, 0, "00"), .. Part(1, 0, "00000001"), .. Part(8, 3, "72 01")];
        script.Send(script.Client.Message(Aggregate, 1, body));
        Assert.Equal([(CodecId.Pcma, 3L)], Take(script, 1));
        Assert.Equal(3, script.Session.UnreadableMessages);
    }

    [Fact]
    public void EmptyAggregate_HoldsNothing()
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Send(script.Client.Message(Aggregate, 1, []));
        script.Send(script.Client.Message(8, 1, [0x72, 2]));
        script.ExpectFrame().Release();
        script.ExpectNothing();
    }

    [Fact]
    public void AggregateThatNobodyPublishes_GoesNowhere()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Message(Aggregate, 1, Part(8, 0, "72 01")));
        script.ExpectNothing();
        Assert.Equal(1, script.Session.UnexpectedMessages);
    }

    private static List<(CodecId, long)> Take(RtmpScript script, int count)
    {
        List<(CodecId, long)> taken = [];
        for (int i = 0; i < count; i++)
        {
            MediaFrame frame = script.ExpectFrame();
            taken.Add((frame.Format.Codec, frame.Decoding.Value));
            frame.Release();
        }

        return taken;
    }

    private static byte[] Part(int type, uint timestamp, string hex)
    {
        byte[] body = Wire.Hex(hex);
        byte[] part = new byte[11 + body.Length + 4];
        part[0] = (byte)type;
        UInt24.WriteBigEndian(part.AsSpan(1), body.Length);
        UInt24.WriteBigEndian(part.AsSpan(4), (int)(timestamp & 0xFFFFFF));
        part[7] = (byte)(timestamp >> 24);
        body.CopyTo(part, 11);
        part[^1] = (byte)(11 + body.Length);
        return part;
    }
}
