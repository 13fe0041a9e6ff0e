using MediaGateway.Rtmp.Sessions;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

/// <summary>The count of bytes that is acknowledged, across its 32 bits.</summary>
public sealed class AcknowledgementTests
{
    private const uint Window = 2_500_000;
    private const int Read = 64 * 1024 - 7;

    [Fact]
    public void CountComesRound_EveryWindowIsAcknowledgedWithItsLow32Bits()
    {
        var window = new AcknowledgementWindow { WindowBytes = Window };
        (long received, long acknowledged) = (0, 0);
        int roundings = 0;
        while (received < 3L << 32)
        {
            received += Read;
            bool isDue = received - acknowledged >= Window;
            Assert.Equal(isDue, window.Add(Read, out uint number));
            if (isDue)
            {
                Assert.Equal(unchecked((uint)received), number);
                roundings += unchecked((uint)acknowledged) > number ? 1 : 0;
                acknowledged = received;
            }
        }

        Assert.InRange(roundings, 2, 3);
    }

    [Fact]
    public void LargestWindow_IsKeptAcrossTheWrap()
    {
        var window = new AcknowledgementWindow { WindowBytes = uint.MaxValue };
        Assert.False(window.Add(uint.MaxValue - 1, out _));
        Assert.True(window.Add(10, out uint number));
        Assert.Equal(8u, number);
        Assert.False(window.Add(uint.MaxValue - 1, out _));
    }
}
