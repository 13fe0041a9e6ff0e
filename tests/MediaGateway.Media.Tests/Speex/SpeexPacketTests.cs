using MediaGateway.Media.Speex;
using Xunit;

namespace MediaGateway.Media.Tests.Speex;

public sealed class SpeexPacketTests
{
    [Theory]
    [InlineData(new[] { 3 }, 1, false)]
    [InlineData(new[] { 3, 3, 5, 8 }, 4, false)]
    [InlineData(new[] { 5, -1 }, 1, true)]
    [InlineData(new[] { 7, -4, 7, -4 }, 2, true)]
    [InlineData(new[] { 0 }, 1, false)]
    [InlineData(new[] { 5, -3, 15 }, 1, true)]
    [InlineData(new[] { 5, 14, 5 }, 2, false)]
    [InlineData(new[] { 5, 13, 5 }, 2, false)]
    public void Submodes_TellFramesAndBand(int[] submodes, int frames, bool isWideband)
    {
        Assert.True(SpeexPacket.TryParse(Build(submodes), out SpeexPacket packet));
        Assert.Equal(new SpeexPacket(frames, isWideband), packet);
    }

    [Fact]
    public void BrokenPackets_AreRefused()
    {
        Assert.False(SpeexPacket.TryParse([], out _));
        Assert.False(SpeexPacket.TryParse([0x7F], out _)); // only a terminator
        Assert.False(SpeexPacket.TryParse([0x90, 0, 0, 0, 0], out _)); // a high band without a low one
        Assert.False(SpeexPacket.TryParse(Build([9]), out _));
        Assert.False(SpeexPacket.TryParse(Build([5, -5, 5]), out _));
        Assert.False(SpeexPacket.TryParse(Build([5]).AsSpan(0, 30), out _));
        Assert.False(SpeexPacket.TryParse(Build([.. Enumerable.Repeat(3, SpeexPacket.MaximumFrames + 1)]), out _));
        Assert.True(SpeexPacket.TryParse(Build([.. Enumerable.Repeat(3, SpeexPacket.MaximumFrames)]), out _));
    }

    [Fact]
    public void AnyBytes_AreReadWithoutAFault()
    {
        var random = new Random(3);
        byte[] bytes = new byte[300];
        for (int round = 0; round < 20_000; round++)
        {
            random.NextBytes(bytes);
            bool isPacket = SpeexPacket.TryParse(bytes.AsSpan(0, random.Next(bytes.Length)), out SpeexPacket packet);
            Assert.InRange(packet.FrameCount, isPacket ? 1 : 0, isPacket ? SpeexPacket.MaximumFrames : 0);
        }
    }

    /// <summary>Frames of zeros; a negative number is a high band of that submode, less one.</summary>
    private static byte[] Build(int[] submodes)
    {
        List<bool> bits = [];
        foreach (int submode in submodes)
        {
            if (submode < 0)
            {
                Put(8 + (-submode), 4);
                Put(0, (-submode) switch { 1 => 32, 2 => 108, 3 => 188, 4 => 348, _ => 0 });
                continue;
            }

            Put(submode, 5);
            switch (submode)
            {
                case 13:
                    Put(2, 4);
                    Put(0, 5 + 16);
                    break;
                case 14:
                    Put(9, 4);
                    Put(0, 8);
                    break;
                case < 9:
                    Put(0, new[] { 0, 38, 114, 155, 215, 295, 359, 487, 74 }[submode]);
                    break;
                default:
                    break;
            }
        }

        // The rest of the last byte is a terminator, as encoders fill it: 0, then ones.
        bool isFirst = true;
        while (bits.Count % 8 != 0)
        {
            bits.Add(!isFirst);
            isFirst = false;
        }

        return [.. bits.Chunk(8).Select(eight => (byte)eight.Aggregate(0, (value, bit) => (value << 1) | (bit ? 1 : 0)))];

        void Put(int value, int count)
        {
            for (int bit = count - 1; bit >= 0; bit--)
            {
                bits.Add(bit < 31 && ((value >> bit) & 1) != 0);
            }
        }
    }
}
