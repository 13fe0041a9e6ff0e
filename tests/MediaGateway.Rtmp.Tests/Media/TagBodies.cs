using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Media;

/// <summary>Configurations and bodies of tags that several tests use.</summary>
internal static class TagBodies
{
    /// <summary>The decoder configuration of 320x240 video.</summary>
    public static readonly byte[] AvcRecord = MakeRecord();

    /// <summary>The format that it makes.</summary>
    public static readonly H264Format H264 = new(AvcRecord, 320, 240);

    /// <summary>A record with another length size.</summary>
    public static byte[] RecordWithLengths(int bytes)
    {
        byte[] record = (byte[])AvcRecord.Clone();
        record[4] = (byte)(0xFC | (bytes - 1));
        return record;
    }

    private static byte[] MakeRecord()
    {
        bool isRead = SequenceParameterSet.TryParse(TestMedia.SequenceParameterSet, out SequenceParameterSet? fields);
        Assert.True(isRead);
        return AvcDecoderConfigurationRecord.Build(fields!, [TestMedia.SequenceParameterSet], [TestMedia.PictureParameterSet]);
    }
}
