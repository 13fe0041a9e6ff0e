using MediaGateway.Configuration;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Streams.Renditions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace MediaGateway.Tests.Streams.Renditions;

/// <summary>What pages are told that they may send.</summary>
public sealed class VideoIngestTests
{
    [Fact]
    public void Accepted_IsWhatTheTranscodersDecodeInTheOrderOfPreference()
    {
        using var hub = new RenditionHub(new BufferPool());
        VideoIngest ingest = IngestOf(hub, new VideoOptions());

        Assert.Equal(["H264", "VP8", "VP9"], ingest.AcceptedNames);
        Assert.Equal(CodecSet.Of(CodecId.H264, CodecId.Vp8, CodecId.Vp9), ingest.Accepted);
    }

    [Fact]
    public void SwitchedOffOrWithoutAnEncoder_IsH264Only()
    {
        using var hub = new RenditionHub(new BufferPool());
        Assert.Equal(["H264"], IngestOf(hub, new VideoOptions { AcceptOtherCodecs = false }).AcceptedNames);

        hub.Transcoders.Sources = CodecSet.Empty;
        Assert.Equal(["H264"], IngestOf(hub, new VideoOptions()).AcceptedNames);
    }

    private static VideoIngest IngestOf(RenditionHub hub, VideoOptions options) =>
        new(hub.Workers, Options.Create(options), NullLogger<VideoIngest>.Instance);
}
