using System.Buffers;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Rtmp.Media;

/// <summary>
/// Data messages of a publisher (RTMP 1.0, 7.1.2): <c>onMetaData</c>, with or without the <c>@setDataFrame</c> that tells a server to
/// keep it, becomes metadata; everything else is passed on as AMF0. One owner, one thread.
/// </summary>
internal sealed class ScriptDataReader(BufferPool pool)
{
    private const string SetDataFrame = "@setDataFrame";
    private const string ClearDataFrame = "@clearDataFrame";
    private const string MetadataName = "onMetaData";
    private const string SampleAccess = "|RtmpSampleAccess";

    /// <summary>Reads a message; what it holds is appended. Takes the buffer.</summary>
    /// <returns>What was wrong, or null.</returns>
    public string? Read(in FlvBody body, RtmpMessageType type, uint messageStreamId, Queue<RtmpPublished> published)
    {
        bool isKept = false;
        string? fault = Read(in body, type, out StreamMetadata? metadata, out MediaFrame? frame, ref isKept);
        if (!isKept)
        {
            body.Buffer.Dispose();
        }

        if (metadata is not null || frame is not null)
        {
            published.Enqueue(new RtmpPublished(messageStreamId, frame, metadata));
        }

        return fault;
    }

    private string? Read(
        in FlvBody body,
        RtmpMessageType type,
        out StreamMetadata? metadata,
        out MediaFrame? frame,
        ref bool isKept)
    {
        (metadata, frame) = (null, null);
        int start = AmfEncoding.BodyOffset(type, body.Bytes);
        var reader = new Amf0Reader(body.Bytes[start..], AmfLimits.Default, allowsAmf3: true);
        int contentOffset = start;
        List<AmfValue> values = [];
        while (!reader.IsAtEnd)
        {
            if (!reader.TryRead(out AmfValue? value))
            {
                return "data message cannot be read or is over a limit";
            }

            if (values.Count == 0 && value.AsString == SetDataFrame && contentOffset == start)
            {
                contentOffset = start + reader.Position;
                continue;
            }

            values.Add(value);
        }

        switch (values is [var first, ..] ? first.AsString : null)
        {
            case MetadataName:
                metadata = new StreamMetadata(values is [_, AmfMap map, ..] ? map.Properties : []);
                return null;
            case ClearDataFrame:
                metadata = values is [_, AmfString { Value: MetadataName }, ..] or [_] ? new StreamMetadata([]) : null;
                return null;
            case SampleAccess:
                return null;
            case null:
                return "data message without a name";
            default:
                frame = reader.HasMetAmf3 ? Rewrite(in body, values) : body.ToFrame(ScriptDataFormat.Instance, contentOffset, isKeyframe: true);
                isKept = !reader.HasMetAmf3;
                return null;
        }
    }

    // Viewers are sent AMF0, whatever they speak.
    private MediaFrame Rewrite(in FlvBody body, List<AmfValue> values)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new Amf0Writer(bytes);
        foreach (AmfValue value in values)
        {
            writer.WriteValue(value);
        }

        PooledBuffer buffer = pool.Rent(bytes.WrittenCount, BufferOwner.Frame);
        bytes.WrittenSpan.CopyTo(buffer.Span);
        return (body with { Buffer = buffer, Length = bytes.WrittenCount }).ToFrame(ScriptDataFormat.Instance, 0, isKeyframe: true);
    }
}
