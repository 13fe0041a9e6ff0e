using MediaGateway.Media.H264;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Media.Tests.H264;

/// <summary>The elementary streams of the test data with what their MANIFEST says of them.</summary>
public static class BitstreamFiles
{
    /// <summary>File, width, height, profile_idc, IDR NAL units, sequence parameter sets, reordering.</summary>
    public static TheoryData<string, int, int, int, int, int, bool> Table => new()
    {
        { "membrane/input-10-320x180.h264", 320, 180, 100, 1, 1, true },
        { "membrane/input-10-720p-baseline.h264", 1280, 720, 66, 1, 1, false },
        { "membrane/input-10-720p-main.h264", 1280, 720, 77, 1, 1, true },
        { "membrane/input-10-720p-no-b-frames.h264", 1280, 720, 100, 1, 1, false },
        { "membrane/input-100-240p-no-b-frames.h264", 320, 240, 100, 1, 1, false },
        { "minih264/x264.264", 352, 288, 66, 10, 10, false },
        { "mp4ff/blackframe.264", 640, 360, 100, 1, 1, true },
        { "openh264/Adobe_PDF_sample_a_1024x768_50Frms.264", 1024, 768, 66, 1, 1, false },
        { "openh264/BA1_Sony_D.jsv", 176, 144, 66, 1, 1, false },
        { "openh264/CI_MW_D.264", 176, 144, 66, 4, 1, false },
        { "openh264/NL1_Sony_D.jsv", 176, 144, 66, 1, 1, false },
        { "openh264/SVA_BA2_D.264", 176, 144, 66, 1, 1, false },
        { "openh264/SVA_Base_B.264", 176, 144, 66, 3, 1, false },
        { "openh264/SVA_NL2_E.264", 176, 144, 66, 1, 1, false },
        { "openh264/test_qcif_cabac.264", 176, 144, 77, 1, 1, true },
    };

    /// <summary>The NAL units of one file.</summary>
    public static List<byte[]> NalUnits(string file)
    {
        List<byte[]> units = [];
        foreach (ReadOnlySpan<byte> unit in new AnnexB(TestData.Read(["h264", .. file.Split('/')])))
        {
            units.Add(unit.ToArray());
        }

        return units;
    }
}
