using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;

namespace MediaGateway.Native.Video;

/// <summary>
/// Makes frames of what the encoder gives: annex B to lengths, a keyframe with its parameter sets in front. Holds them until they are taken.
/// One thread at a time.
/// </summary>
internal sealed class EncodedPictures(BufferPool pool) : IDisposable
{
    private readonly ParameterSetStore _parameterSets = new();
    private readonly Queue<MediaFrame> _frames = new();

    /// <summary>Adds a picture.</summary>
    /// <param name="annexB">As encoded.</param>
    /// <param name="time">When it is decoded and shown, in 1/90,000 s.</param>
    /// <param name="isKeyframe">Whether it is an IDR picture.</param>
    /// <param name="receivedAt">When what it was made of came in.</param>
    public void Add(ReadOnlySpan<byte> annexB, long time, bool isKeyframe, TimeSpan receivedAt)
    {
        int bytes = 0;
        foreach (ReadOnlySpan<byte> nalUnit in new AnnexB(annexB))
        {
            switch (NalUnit.TypeOf(nalUnit[0]))
            {
                case NalUnitType.SequenceParameterSet or NalUnitType.PictureParameterSet:
                    _parameterSets.TryStore(nalUnit);
                    break;
                case NalUnitType type when NalUnit.IsSlice(type):
                    bytes += Avcc.LengthSize + nalUnit.Length;
                    break;
            }
        }

        // The encoders use the first identifiers only.
        if (bytes == 0 || _parameterSets.FormatFor(0) is not { } format)
        {
            return;
        }

        PooledBuffer block = pool.Rent(bytes + (isKeyframe ? _parameterSets.AvccLength : 0), BufferOwner.Frame);
        int length = isKeyframe ? _parameterSets.WriteAvcc(block.Span) : 0;
        foreach (ReadOnlySpan<byte> nalUnit in new AnnexB(annexB))
        {
            length += NalUnit.IsSlice(NalUnit.TypeOf(nalUnit[0])) ? Avcc.Write(nalUnit, block.Span[length..]) : 0;
        }

        var stamp = new MediaTime(time, H264Encoder.ClockRate);
        _frames.Enqueue(new MediaFrame(format, stamp, stamp, isKeyframe, block, 0, length, receivedAt));
    }

    /// <summary>Adds what an encoder has ready.</summary>
    public void TakeFrom(H264Encoder encoder, ArrivalTimes arrivals)
    {
        while (encoder.TryReceive())
        {
            Add(encoder.Encoded, encoder.Presentation, encoder.IsKeyframe, arrivals.Find(encoder.Presentation));
            encoder.Release();
        }
    }

    /// <summary>Takes the oldest; the caller owns the reference.</summary>
    public bool TryTake(out MediaFrame? frame) => _frames.TryDequeue(out frame);

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_frames.TryDequeue(out MediaFrame? frame))
        {
            frame.Release();
        }
    }
}
