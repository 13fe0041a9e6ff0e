using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>Makes the wire images of one feed. Used by the worker's thread only.</summary>
/// <param name="context">The worker's means.</param>
/// <param name="messageStreamId">The viewers' message stream.</param>
internal sealed class WireImageBuilder(FanOutContext context, uint messageStreamId)
{
    private readonly int _chunkSize = context.Settings.ChunkSize;

    /// <summary>A frame's image; the frame's reference stays the caller's.</summary>
    public WireImage Frame(MediaFrame frame, in WireImageDescription description)
    {
        PooledBuffer buffer =
            RtmpMediaWriter.WriteFrame(frame, WireStamp(description.Stamp), messageStreamId, _chunkSize, context.Buffers, out int length);
        return context.Images.Create(buffer, length, description);
    }

    /// <summary>Metadata and a sequence header for each track that has one, as one image.</summary>
    /// <param name="formats">The tracks.</param>
    /// <param name="stamp">The stamp of the frame that follows.</param>
    /// <param name="inForce">The formats that the image stands for in the feed.</param>
    public WireImage Header(FeedFormats formats, long stamp, FeedFormats inForce) => Header(formats, formats.Tracks, stamp, inForce);

    /// <summary>Metadata and the sequence header of the one track that has changed, as one image.</summary>
    public WireImage Change(FeedFormats formats, TrackFormat changed, long stamp) => Header(formats, [changed], stamp, formats);

    /// <summary>Metadata alone.</summary>
    public WireImage Metadata(FeedFormats formats, long stamp) => Header(formats, [], stamp, formats);

    /// <summary>A stream's first sound may lie a moment before its epoch; on the wire -1 would be 49 days.</summary>
    private static long WireStamp(long stamp) => Math.Max(0, stamp);

    private WireImage Header(FeedFormats formats, IEnumerable<TrackFormat> configured, long stamp, FeedFormats inForce)
    {
        long wireStamp = WireStamp(stamp);
        PooledBuffer image = RtmpMediaWriter.WriteMetadata(
            [.. formats.Tracks], formats.Metadata, messageStreamId, _chunkSize, context.Buffers, out int length);
        foreach (TrackFormat track in configured)
        {
            if (!RtmpMediaWriter.HasSequenceHeader(track))
            {
                continue;
            }

            PooledBuffer header =
                RtmpMediaWriter.WriteSequenceHeader(track, wireStamp, messageStreamId, _chunkSize, context.Buffers, out int headerLength);
            image = Joined(image, length, header, headerLength);
            length += headerLength;
        }

        var description = new WireImageDescription(WireImageKind.Header, stamp, StartsGroup: false, inForce, default, MeasuresDelay: false);
        return context.Images.Create(image, length, description);
    }

    private PooledBuffer Joined(PooledBuffer first, int firstLength, PooledBuffer second, int secondLength)
    {
        using (first)
        using (second)
        {
            PooledBuffer both = context.Buffers.Rent(firstLength + secondLength, BufferOwner.WireImage);
            first.Span[..firstLength].CopyTo(both.Span);
            second.Span[..secondLength].CopyTo(both.Span[firstLength..]);
            return both;
        }
    }
}
