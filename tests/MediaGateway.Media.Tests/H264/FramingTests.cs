using MediaGateway.Media.H264;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.H264;

public sealed class FramingTests
{
    [Fact]
    public void StartCodesOfThreeAndFourBytesAndTrailingZeroes_AreNotContent()
    {
        byte[] stream = [9, 9, 0, 0, 0, 1, 0x67, 1, 0, 0, 0, 0, 1, 0x68, 0, 0, 1, 0, 0, 1, 0x65, 5, 0, 0, 3, 0, 0];

        List<string> units = [];
        foreach (ReadOnlySpan<byte> unit in new AnnexB(stream))
        {
            units.Add(Convert.ToHexString(unit));
        }

        Assert.Equal(["6701", "68", "6505000003"], units);
    }

    [Fact]
    public void AvccWriter_IsReadBack()
    {
        byte[] framed = new byte[13];
        int written = Avcc.Write([0x65, 1], framed);
        written += Avcc.Write([0x41, 2, 3], framed.AsSpan(written));

        Assert.Equal("00000002650100000003410203", Convert.ToHexString(framed));
        Assert.Equal(["6501", "410203"], Read(framed, out bool failed));
        Assert.False(failed);
    }

    [Theory]
    [InlineData("000000026501" + "00000000", "6501")]
    [InlineData("000000026501" + "FFFFFFFF41", "6501")]
    [InlineData("000000026501" + "0000000241", "6501")]
    [InlineData("000000026501" + "000000", "6501")]
    public void BadLength_EndsTheWalk(string hex, string first)
    {
        Assert.Equal([first], Read(Convert.FromHexString(hex), out bool failed));
        Assert.True(failed);
    }

    [Fact]
    public void FuzzSeedsPrefixesAndMutations_NeverThrow()
    {
        List<byte[]> seeds =
        [
            .. TestData.Files("fuzz", "mediacommon", "h264_annexbunmarshal").Select(File.ReadAllBytes),
            .. TestData.Files("fuzz", "mediacommon", "h264_avccunmarshal").Select(File.ReadAllBytes),
            TestData.Read("h264", "mp4ff", "blackframe.264"),
            Convert.FromHexString("00000002650100000003410203"),
        ];
        foreach (byte[] mutant in Mutations.Of(seeds, 20_000, seed: 4))
        {
            int bytes = Read(mutant, out _).Sum(unit => unit.Length / 2);
            foreach (ReadOnlySpan<byte> unit in new AnnexB(mutant))
            {
                Assert.NotEqual(0, unit.Length);
                _ = SliceHeader.TryParse(unit[1..], out _);
                _ = PictureParameterSet.TryParse(unit, out _);
            }

            AccessUnitInspector.Inspect(mutant);
            Assert.True(bytes <= mutant.Length);
        }
    }

    [Fact]
    public void EmulationPrevention_RoundTrips()
    {
        var random = new Random(5);
        for (int i = 0; i < 5000; i++)
        {
            byte[] raw = [.. Enumerable.Range(0, random.Next(40)).Select(_ => (byte)random.Next(5))];
            byte[] escaped = new byte[(raw.Length * 3 / 2) + 1];
            int length = EmulationPrevention.Insert(raw, escaped);
            byte[] back = new byte[length];

            Assert.Equal(raw, back[..EmulationPrevention.Remove(escaped.AsSpan(0, length), back)]);
            Assert.Equal(-1, escaped.AsSpan(0, length).IndexOf((ReadOnlySpan<byte>)[0, 0, 1]));
            Assert.Equal(-1, escaped.AsSpan(0, length).IndexOf((ReadOnlySpan<byte>)[0, 0, 0]));
        }
    }

    [Theory]
    [InlineData("membrane/input-10-720p-main.h264", 1, true)]
    [InlineData("openh264/SVA_Base_B.264", 3, false)]
    public void Inspector_SeesKeyframeSetsAndSlices(string file, int slices, bool bSlices)
    {
        List<byte[]> units = BitstreamFiles.NalUnits(file);
        int idr = units.FindIndex(unit => NalUnit.TypeOf(unit[0]) == NalUnitType.IdrSlice);
        byte[] first = Frame(units.Take(idr + slices));
        byte[] rest = Frame(units.Skip(idr + slices));

        Assert.Equal(new AccessUnitInspector(true, true, true, false, slices), AccessUnitInspector.Inspect(first));
        AccessUnitInspector later = AccessUnitInspector.Inspect(rest);
        Assert.False(later.IsKeyframe);
        Assert.Equal(bSlices, later.HasBSlices);
    }

    private static byte[] Frame(IEnumerable<byte[]> units)
    {
        List<byte> framed = [];
        foreach (byte[] unit in units)
        {
            byte[] one = new byte[unit.Length + Avcc.LengthSize];
            Avcc.Write(unit, one);
            framed.AddRange(one);
        }

        return [.. framed];
    }

    private static List<string> Read(byte[] framed, out bool failed)
    {
        List<string> units = [];
        var reader = new Avcc(framed);
        while (reader.MoveNext())
        {
            units.Add(Convert.ToHexString(reader.Current));
        }

        failed = reader.HasFailed;
        return units;
    }
}
