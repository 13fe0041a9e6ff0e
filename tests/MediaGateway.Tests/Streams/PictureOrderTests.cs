using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Streams;
using MediaGateway.Testing;
using MediaGateway.Tests.Servers.WebRtc;
using MediaGateway.Tests.Streams.Renditions;
using Xunit;

namespace MediaGateway.Tests.Streams;

/// <summary>B-frames are told by what the parameter sets allow and what the stamps show, both.</summary>
public sealed class PictureOrderTests
{
    /// <summary>Main profile as x264 writes it when it makes no B-frames: it says that nothing is reordered.</summary>
    private const string PlainSet = "Z01AHtkAoC/5cBEAAAMAAQAAAwA8DxYuSA==";

    [Fact]
    public void SetAllowsReorderingAndStampsShowIt_HasBFrames()
    {
        var order = new PictureOrder();
        Note(order, FedStream.ReorderedFormat, 0, 0);
        Assert.False(order.HasBFrames);
        Note(order, FedStream.ReorderedFormat, 160, 40);
        Assert.True(order.HasBFrames);
        Note(order, FedStream.ReorderedFormat, 80, 80);
        Assert.True(order.HasBFrames);
    }

    [Fact]
    public void SetExcludesReordering_StampsMayDiffer()
    {
        var order = new PictureOrder();
        Note(order, FormatOf(PlainSet), 33, 0);
        Note(order, FedStream.SmallFormat, 73, 40);
        Assert.False(order.HasBFrames);
    }

    [Fact]
    public void SetThatCannotBeRead_TheStampsDecide()
    {
        var order = new PictureOrder();
        Note(order, TestFrames.Picture360, 0, 0);
        Assert.False(order.HasBFrames);
        Note(order, TestFrames.Picture360, 80, 40);
        Assert.True(order.HasBFrames);
    }

    [Fact]
    public void FormatChanges_TheOldPicturesCountNoMore()
    {
        var order = new PictureOrder();
        Note(order, FedStream.ReorderedFormat, 80, 0);
        Note(order, FormatOf("Z01AHuygUBf8uAiAAAADAIAAAB4HixbL"), 40, 40);
        Assert.True(order.HasBFrames);
        Note(order, FedStream.SmallFormat, 80, 80);
        Assert.False(order.HasBFrames);
        Note(order, FedStream.ReorderedFormat, 160, 120);
        Assert.True(order.HasBFrames);
        order.Clear();
        Assert.False(order.HasBFrames);
    }

    private static void Note(PictureOrder order, H264Format format, int presentation, int decoding)
    {
        using var pool = new TrackingBufferPool();
        MediaFrame picture = RenditionHub.Picture(pool, presentation, decoding, key: true, format: format);
        order.Note(picture);
        picture.Release();
    }

    private static H264Format FormatOf(string set)
    {
        byte[] bytes = Convert.FromBase64String(set);
        Assert.True(SequenceParameterSet.TryParse(bytes, out SequenceParameterSet? parsed));
        return new H264Format(AvcDecoderConfigurationRecord.Build(parsed!, [bytes], [TestMedia.PictureParameterSet]), parsed!.Width, parsed.Height);
    }
}
