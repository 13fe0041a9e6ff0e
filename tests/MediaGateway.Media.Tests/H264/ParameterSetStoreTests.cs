using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using Xunit;

namespace MediaGateway.Media.Tests.H264;

public sealed class ParameterSetStoreTests
{
    private static readonly byte[] Sps720 = Convert.FromHexString("6742C01FDA014016E84000000300400000F023C60CA8");
    private static readonly byte[] Sps1080 = Convert.FromHexString("67640028ACD940780227E5C044000003000400000300C83C60C658");

    // pic_parameter_set_id 0 and 1, both of seq_parameter_set_id 0.
    private static readonly byte[] Pps0 = [0x68, 0xCE, 0x3C, 0x80];
    private static readonly byte[] Pps1 = [0x68, 0x5C, 0x3C, 0x80];

    [Fact]
    public void SameBytes_KeepTheSameFormatObject()
    {
        ParameterSetStore store = Filled();
        H264Format? format = store.FormatFor(0);
        int version = store.Version;

        Assert.True(store.TryStore([.. Sps720]));
        Assert.True(store.TryStore([.. Pps0]));

        Assert.Equal(version, store.Version);
        Assert.Same(format, store.FormatFor(0));
        Assert.Equal((1280, 720), (format!.Width, format.Height));
    }

    [Fact]
    public void OtherBytes_MakeANewFormat()
    {
        ParameterSetStore store = Filled();
        H264Format? before = store.FormatFor(0);

        Assert.True(store.TryStore(Sps1080));

        H264Format? after = store.FormatFor(0);
        Assert.NotSame(before, after);
        Assert.Equal((1920, 1080), (after!.Width, after.Height));
        Assert.True(AvcDecoderConfigurationRecord.TryParse(after.ConfigurationRecord, out AvcDecoderConfigurationRecord? record));
        Assert.Equal(Sps1080, Assert.Single(record!.SequenceParameterSets).ToArray());
        Assert.Equal(Pps0, Assert.Single(record.PictureParameterSets).ToArray());
    }

    [Fact]
    public void SeveralPictureSets_AreKeptById()
    {
        ParameterSetStore store = Filled();

        Assert.True(store.TryStore(Pps1));

        byte[] framed = new byte[store.AvccLength];
        Assert.Equal(framed.Length, store.WriteAvcc(framed));
        Assert.Equal(3 * Avcc.LengthSize + Sps720.Length + Pps0.Length + Pps1.Length, framed.Length);
        Assert.NotNull(store.FormatFor(1));
    }

    [Fact]
    public void UnknownSets_GiveNoFormat()
    {
        var store = new ParameterSetStore();
        Assert.Null(store.FormatFor(0));

        Assert.True(store.TryStore(Pps0));

        Assert.Null(store.FormatFor(0));
        Assert.Null(store.FormatFor(255));
    }

    [Theory]
    [InlineData("")]
    [InlineData("67")]
    [InlineData("68")]
    [InlineData("6742C01F")]
    [InlineData("65888400")]
    public void NotAParameterSet_IsRefused(string hex)
    {
        var store = new ParameterSetStore();

        Assert.False(store.TryStore(Convert.FromHexString(hex)));
        Assert.Equal(0, store.Version);
    }

    [Fact]
    public void ManyLargeSets_StopAtTheBound()
    {
        ParameterSetStore store = Filled();
        int stored = 0;
        for (int id = 1; id <= PictureParameterSet.MaximumId; id++)
        {
            stored += store.TryStore(PictureSet(id, PictureParameterSet.MaximumBytes)) ? 1 : 0;
        }

        Assert.InRange(stored, 10, 64);
        Assert.InRange(store.AvccLength, 1, ParameterSetStore.MaximumTotalBytes);
        Assert.NotNull(store.FormatFor(0));
    }

    [Fact]
    public void TooManySmallSets_StillMakeARecord()
    {
        ParameterSetStore store = Filled();
        for (int id = 0; id <= PictureParameterSet.MaximumId; id++)
        {
            store.TryStore(PictureSet(id, 6));
        }

        Assert.True(AvcDecoderConfigurationRecord.TryParse(store.FormatFor(0)!.ConfigurationRecord, out AvcDecoderConfigurationRecord? record));
        Assert.Equal(AvcDecoderConfigurationRecord.MaximumPictureParameterSets, record!.PictureParameterSets.Count);
    }

    private static ParameterSetStore Filled()
    {
        var store = new ParameterSetStore();
        Assert.True(store.TryStore(Sps720));
        Assert.True(store.TryStore(Pps0));
        return store;
    }

    private static byte[] PictureSet(int id, int length)
    {
        string code = Convert.ToString(id + 1, 2);
        string bits = (new string('0', code.Length - 1) + code + "1").PadRight(32, '0');
        byte[] unit = new byte[length];
        unit[0] = 0x68;
        UInt24.WriteBigEndian(unit.AsSpan(1), Convert.ToInt32(bits[..24], 2));
        unit[^1] = 0x80;
        return unit;
    }
}
