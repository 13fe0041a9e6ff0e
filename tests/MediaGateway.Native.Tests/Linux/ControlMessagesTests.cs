using MediaGateway.Native.Linux;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.Native.Tests.Linux;

public sealed class ControlMessagesTests
{
    [Fact]
    public void EveryTruncationAndLengthField_IsReadWithoutFault()
    {
        byte[] whole = new byte[ControlMessages.RoomBytes];
        int length = ControlMessages.WriteSource(whole, TransportAddress.FromIPv4(0x0A00_0001, 8000), isIPv6Socket: true);
        ControlMessages.Read(whole.AsSpan(0, length), 8000, out TransportAddress local, out long at);
        Assert.Equal(TransportAddress.FromIPv4(0x0A00_0001, 8000), local);
        Assert.Equal(0, at);

        for (int cut = 0; cut < length; cut++)
        {
            ControlMessages.Read(whole.AsSpan(0, cut), 8000, out _, out _);
        }

        ulong[] lies = [0, 1, 15, 16, 17, 4096, int.MaxValue, uint.MaxValue, ulong.MaxValue];
        foreach (ulong lie in lies)
        {
            BitConverter.TryWriteBytes(whole, lie);
            ControlMessages.Read(whole.AsSpan(0, length), 8000, out _, out _);
        }
    }

    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(0UL, 0xFFFF_0000_0000UL)]
    public void UnspecifiedSource_IsLeftToTheKernel(ulong high, ulong low)
    {
        byte[] control = new byte[ControlMessages.RoomBytes];
        Assert.Equal(0, ControlMessages.WriteSource(control, new TransportAddress(high, low, 1), isIPv6Socket: true));
        Assert.Equal(0, ControlMessages.WriteSource(control, new TransportAddress(high, low, 1), isIPv6Socket: false));
    }
}
