using MediaGateway.Load;
using Xunit;

namespace MediaGateway.Tests.Load;

public sealed class LoadStampTests
{
    private static readonly byte[] Delimiter = [0, 0, 0, 2, 9, 0xF0];
    private static readonly byte[] Slice = [0, 0, 0, 3, 0x65, 1, 2];

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 7)]
    [InlineData(long.MaxValue, uint.MaxValue)]
    public void Stamp_IsFoundBehindWhatServersPutInFront(long at, uint sequence)
    {
        byte[] stamp = new byte[LoadStamp.Length];
        LoadStamp.Write(stamp, at, sequence);

        Assert.True(LoadStamp.TryRead([.. Delimiter, .. stamp, .. Slice], out long readAt, out uint readSequence));
        Assert.Equal((at, sequence), (readAt, readSequence));
        Assert.True(stamp.AsSpan(4).IndexOf(new byte[] { 0, 0 }) < 0, "no emulation prevention is needed");
    }

    [Fact]
    public void OtherPictures_HaveNone()
    {
        byte[] stamp = new byte[LoadStamp.Length];
        LoadStamp.Write(stamp, 5, 6);
        byte[] broken = [.. stamp];
        broken[^4] = (byte)'x';

        Assert.False(LoadStamp.TryRead([.. Delimiter, .. Slice], out _, out _));
        Assert.False(LoadStamp.TryRead(broken, out _, out _));
        Assert.False(LoadStamp.TryRead(stamp.AsSpan(0, stamp.Length - 1), out _, out _));
        Assert.False(LoadStamp.TryRead([0xFF, 0xFF, 0xFF, 0xFF, 6, 5], out _, out _));
        Assert.False(LoadStamp.TryRead([], out _, out _));
    }
}
