using MediaGateway.Media.H264;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.H264;

public sealed class SequenceParameterSetTests
{
    public static TheoryData<string, int, int, int, int, int, bool> Files => BitstreamFiles.Table;

    [Theory]
    [MemberData(nameof(Files))]
    public void SetsOfRealStreams_SayTheManifestsSizeAndProfile(
        string file, int width, int height, int profile, int idrUnits, int sets, bool reorders)
    {
        List<byte[]> units = BitstreamFiles.NalUnits(file);
        List<byte[]> found = [.. units.Where(unit => NalUnit.TypeOf(unit[0]) == NalUnitType.SequenceParameterSet)];

        Assert.Equal(sets, found.Count);
        Assert.Equal(idrUnits, units.Count(unit => NalUnit.TypeOf(unit[0]) == NalUnitType.IdrSlice));
        foreach (byte[] unit in found)
        {
            Assert.True(SequenceParameterSet.TryParse(unit, out SequenceParameterSet? set));
            Assert.Equal((width, height, profile), (set!.Width, set.Height, set.ProfileIdc));
            Assert.Equal(reorders, set.MayReorder);
        }
    }

    // Two real encoders' sets: OpenH264 in Chromium-like constrained baseline; 1080p with cropping from x264.
    [Theory]
    [InlineData("6742C01FDA014016E84000000300400000F023C60CA8", 1280, 720)]
    [InlineData("67640028ACD940780227E5C044000003000400000300C83C60C658", 1920, 1080)]
    public void CroppedSize_IsTheDisplayedOne(string hex, int width, int height)
    {
        Assert.True(SequenceParameterSet.TryParse(Convert.FromHexString(hex), out SequenceParameterSet? set));

        Assert.Equal((width, height), (set!.Width, set.Height));
    }

    [Fact]
    public void HugeSize_IsRefused()
    {
        // Baseline, id 0, log2 4, order type 2, 1 reference, width and height of 2^16 macroblocks, frames only.
        const string bits = "1" + "1" + "011" + "010" + "0" + "000000000000000010000000000000000" + "000000000000000010000000000000000" + "1" + "0" + "0" + "0" + "1";
        byte[] unit = [0x67, 66, 0, 31, .. Pack(bits)];

        Assert.False(SequenceParameterSet.TryParse(unit, out _));
    }

    [Fact]
    public void FuzzSeedsPrefixesAndMutations_NeverThrow()
    {
        List<byte[]> seeds = [.. TestData.Files("fuzz", "mediacommon", "h264_spsunmarshal").Select(File.ReadAllBytes)];
        seeds.AddRange(BitstreamFiles.NalUnits("membrane/input-10-320x180.h264").Take(2));
        seeds.Add(Convert.FromHexString("67640028ACD940780227E5C044000003000400000300C83C60C658"));
        int parsed = 0;
        foreach (byte[] mutant in Mutations.Of(seeds, 60_000, seed: 3))
        {
            byte[] unit = mutant.Length == 0 ? mutant : [0x67, .. mutant.AsSpan(1)];
            if (SequenceParameterSet.TryParse(unit, out SequenceParameterSet? set))
            {
                parsed++;
                Assert.InRange(set!.Width, 1, SequenceParameterSet.MaximumDimension);
                Assert.InRange(set.Height, 1, SequenceParameterSet.MaximumDimension);
            }
        }

        Assert.True(parsed > 1000, $"{parsed}");
    }

    private static byte[] Pack(string bits) =>
        [.. bits.PadRight((bits.Length + 7) / 8 * 8, '0').Chunk(8).Select(chunk => Convert.ToByte(new string(chunk), 2))];
}
