using MediaGateway.Media.H264;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.H264;

public sealed class AvcDecoderConfigurationRecordTests
{
    private const string HighExtension = "FDF8F800";

    // avcC boxes of the test data's MP4 files; only the first has the extension that high profiles should have.
    private static readonly string[] Records =
    [
        "0164000DFFE100196764000DACD94141FB0E1000000300100000030300F142996001000568EBECB22CFDF8F800",
        "0164000AFFE100196764000AACD9473F9E7C0440000003004000000F03C489658001000668EBE3CB22C0",
        "0164001FFFE100196764001FACD9404405BE5F011000003E90000EA600F183196001000668EBE3CB22C0",
        "01640034FFE1001367640034ACB402202DF2F2901010106D0A135001000568EE06F2C0",
    ];

    public static TheoryData<string> All => [.. Records];

    [Theory]
    [MemberData(nameof(All))]
    public void RecordOfARealFile_IsRebuilt(string hex)
    {
        Assert.True(AvcDecoderConfigurationRecord.TryParse(Convert.FromHexString(hex), out AvcDecoderConfigurationRecord? record));
        Assert.Equal(4, record!.LengthSize);
        Assert.True(SequenceParameterSet.TryParse(record.SequenceParameterSets[0].Span, out SequenceParameterSet? first));

        byte[] rebuilt = AvcDecoderConfigurationRecord.Build(
            first!,
            [.. record.SequenceParameterSets.Select(set => set.ToArray())],
            [.. record.PictureParameterSets.Select(set => set.ToArray())]);

        string expected = hex.EndsWith(HighExtension, StringComparison.Ordinal) ? hex : hex + HighExtension;
        Assert.Equal(expected, Convert.ToHexString(rebuilt));
    }

    [Fact]
    public void BaselineRecord_HasNoExtension()
    {
        byte[] set = Convert.FromHexString("6742C01FDA014016E84000000300400000F023C60CA8");
        Assert.True(SequenceParameterSet.TryParse(set, out SequenceParameterSet? first));

        byte[] record = AvcDecoderConfigurationRecord.Build(first!, [set], [[0x68, 0xCE, 0x3C, 0x80]]);

        Assert.Equal("0142C01FFFE10016" + Convert.ToHexString(set) + "01000468CE3C80", Convert.ToHexString(record));
    }

    [Fact]
    public void PrefixesAndMutations_NeverThrow()
    {
        foreach (byte[] mutant in Mutations.Of([.. Records.Select(Convert.FromHexString)], 10_000, seed: 6))
        {
            if (AvcDecoderConfigurationRecord.TryParse(mutant, out AvcDecoderConfigurationRecord? record))
            {
                Assert.True(record!.SequenceParameterSets.Concat(record.PictureParameterSets).Sum(set => set.Length) < mutant.Length);
            }
        }
    }

    [Fact]
    public void EveryPrefixBeforeTheExtension_IsRefused()
    {
        byte[] whole = Convert.FromHexString(Records[0]);
        for (int length = 0; length < whole.Length - 4; length++)
        {
            Assert.False(AvcDecoderConfigurationRecord.TryParse(whole.AsMemory(0, length), out _));
        }
    }
}
