using System.Buffers.Binary;
using MediaGateway.Media.Frames;
using MediaGateway.Media.H264;
using MediaGateway.Media.Memory;
using MediaGateway.Media.Mp4;
using MediaGateway.Media.MpegTs;

namespace MediaGateway.Media.Hls;

/// <summary>
/// Parts as MPEG-2 transport stream (RFC 8216bis 3.1.1), for players that know no MP4: H.264 as a byte stream with its parameter sets
/// before each keyframe, AAC with ADTS headers or MP3.
/// </summary>
public sealed class TransportStreamPackager : IHlsPackager
{
    private const int ClockRate = 90_000;
    private const int PesHeaderBytes = 19;
    private const int AdtsBytes = 7;
    private const int SoundBytesPerPes = 2500;

    // Players take times that are not below the clock; the clock runs this much before the pictures are decoded.
    private const long ClockLead = ClockRate / 2;

    private static ReadOnlySpan<byte> AccessUnitDelimiter => [0, 0, 0, 1, 9, 0xF0];

    private static ReadOnlySpan<byte> StartCode => [0, 0, 0, 1];

    private readonly TransportStreamWriter _writer = new();
    private byte[] _parameterSets = [];
    private TrackFormat? _video;
    private TrackFormat? _audio;
    private int _videoTimescale = ClockRate;
    private int _audioTimescale = ClockRate;
    private byte[] _pes = new byte[64 * 1024];

    /// <inheritdoc/>
    public string Extension => "ts";

    /// <inheritdoc/>
    public byte[]? Begin(TrackFormat? video, TrackFormat? audio)
    {
        (_video, _audio) = (video, audio);
        (_videoTimescale, _audioTimescale) = (TimescaleOf(video), TimescaleOf(audio));
        _parameterSets = video is H264Format format ? ParameterSetsOf(format) : [];
        return null;
    }

    /// <inheritdoc/>
    public PooledBuffer Write(Mp4FragmentWriter samples, bool startsSegment, BufferPool pool, out int length)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(pool);
        PooledBuffer block = pool.Rent(MaximumBytes(samples), BufferOwner.Segment);
        Span<byte> destination = block.Span;
        length = startsSegment ? _writer.WriteTables(destination, _video is not null, _audio is not null, _audio is PlainAudioFormat) : 0;
        int sound = 0;
        for (int index = 0; index < samples.VideoSamples; index++)
        {
            Mp4Sample picture = samples.Video[index];
            length += WriteSound(samples.Audio, ref sound, TicksOf(picture.Decoding, _videoTimescale), destination[length..]);
            length += WritePicture(picture, destination[length..]);
        }

        length += WriteSound(samples.Audio, ref sound, long.MaxValue, destination[length..]);
        samples.Clear();
        return block;
    }

    private static byte[] ParameterSetsOf(H264Format format)
    {
        if (!AvcDecoderConfigurationRecord.TryParse(format.ConfigurationRecord, out AvcDecoderConfigurationRecord? record) || record is null)
        {
            return [];
        }

        var bytes = new List<byte>();
        foreach (ReadOnlyMemory<byte> set in record.SequenceParameterSets.Concat(record.PictureParameterSets))
        {
            bytes.AddRange(StartCode);
            bytes.AddRange(set.Span);
        }

        return [.. bytes];
    }

    private static long TicksOf(long ticks, int timescale) => new MediaTime(ticks, timescale).Rescale(ClockRate).Value;

    private static int TimescaleOf(TrackFormat? format) => format is null ? ClockRate : Mp4Track.Of(format)!.Timescale; // a format has a track

    private int MaximumBytes(Mp4FragmentWriter samples)
    {
        int bytes = TransportStreamWriter.TablePackets * TransportStreamWriter.PacketBytes;
        // By index: the lists' enumerators are objects here.
        for (int index = 0; index < samples.VideoSamples; index++)
        {
            bytes += TransportStreamWriter.MaximumBytes(
                PesHeaderBytes + AccessUnitDelimiter.Length + _parameterSets.Length + samples.Video[index].Frame.Length);
        }

        for (int index = 0; index < samples.AudioSamples; index++)
        {
            bytes += TransportStreamWriter.MaximumBytes(PesHeaderBytes + AdtsBytes + samples.Audio[index].Frame.Length);
        }

        return bytes;
    }

    private int WritePicture(in Mp4Sample sample, Span<byte> destination)
    {
        MediaFrame frame = sample.Frame;
        Room(PesHeaderBytes + AccessUnitDelimiter.Length + _parameterSets.Length + frame.Length);
        long decoding = TicksOf(sample.Decoding, _videoTimescale) + ClockLead;
        int length = WritePesHeader(0xE0, decoding + sample.CompositionOffset, decoding, 0);
        length += Copy(AccessUnitDelimiter, length);
        length += frame.IsKeyframe ? Copy(_parameterSets, length) : 0;
        foreach (ReadOnlySpan<byte> unit in new Avcc(frame.Payload))
        {
            // Parameter sets and a delimiter are there already.
            if (NalUnit.TypeOf(unit[0]) is NalUnitType.SequenceParameterSet or NalUnitType.PictureParameterSet or NalUnitType.AccessUnitDelimiter)
            {
                continue;
            }

            length += Copy(StartCode, length);
            length += Copy(unit, length);
        }

        return _writer.WritePes(destination, TransportStreamWriter.VideoPid, _pes.AsSpan(0, length), decoding - ClockLead, frame.IsKeyframe);
    }

    // Frames that follow each other share a PES packet.
    private int WriteSound(IReadOnlyList<Mp4Sample> samples, ref int next, long before, Span<byte> destination)
    {
        int written = 0;
        while (next < samples.Count && TicksOf(samples[next].Decoding, _audioTimescale) < before)
        {
            long decoding = TicksOf(samples[next].Decoding, _audioTimescale) + ClockLead;
            int length = PesHeaderBytes;
            long end = samples[next].Decoding;
            while (next < samples.Count && samples[next].Decoding == end && length < SoundBytesPerPes)
            {
                Mp4Sample sample = samples[next++];
                Room(length + AdtsBytes + sample.Frame.Length);
                length += _audio is AacFormat aac ? WriteAdts(aac, sample.Frame.Length, length) : 0;
                length += Copy(sample.Frame.Payload, length);
                end = sample.End;
            }

            WritePesHeader(0xC0, decoding, decoding, length - 6);
            written += _writer.WritePes(
                destination[written..], TransportStreamWriter.AudioPid, _pes.AsSpan(0, length), _video is null ? decoding - ClockLead : null, false);
        }

        return written;
    }

    // ISO/IEC 13818-1 2.4.3.6, always with both times.
    private int WritePesHeader(byte streamId, long presentation, long decoding, int length)
    {
        Span<byte> header = _pes;
        header[0] = 0;
        header[1] = 0;
        header[2] = 1;
        header[3] = streamId;
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], length > ushort.MaxValue ? (ushort)0 : (ushort)length);
        header[6] = 0x84; // data_alignment_indicator
        header[7] = 0xC0; // both times
        header[8] = 10;
        WriteTime(header[9..], 3, presentation);
        WriteTime(header[14..], 1, decoding);
        return PesHeaderBytes;
    }

    private static void WriteTime(Span<byte> destination, int marker, long time)
    {
        destination[0] = (byte)((marker << 4) | (int)((time >> 29) & 0x0E) | 1);
        BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)(((time >> 14) & 0xFFFE) | 1));
        BinaryPrimitives.WriteUInt16BigEndian(destination[3..], (ushort)(((time << 1) & 0xFFFE) | 1));
    }

    // ISO/IEC 14496-3 1.A.2.2
    private int WriteAdts(AacFormat format, int frameBytes, int offset)
    {
        ReadOnlySpan<byte> configuration = format.AudioSpecificConfig.Span;
        int rateIndex = ((configuration[0] & 7) << 1) | (configuration[1] >> 7);
        int channels = (configuration[1] >> 3) & 0x0F;
        int profile = Math.Clamp((configuration[0] >> 3) - 1, 0, 3);
        int length = AdtsBytes + frameBytes;
        Span<byte> header = _pes.AsSpan(offset);
        header[0] = 0xFF;
        header[1] = 0xF1;
        header[2] = (byte)((profile << 6) | (rateIndex << 2) | (channels >> 2));
        header[3] = (byte)(((channels & 3) << 6) | (length >> 11));
        header[4] = unchecked((byte)(length >> 3));
        header[5] = (byte)(((length & 7) << 5) | 0x1F);
        header[6] = 0xFC;
        return AdtsBytes;
    }

    private int Copy(ReadOnlySpan<byte> bytes, int offset)
    {
        bytes.CopyTo(_pes.AsSpan(offset));
        return bytes.Length;
    }

    private void Room(int bytes)
    {
        if (_pes.Length < bytes)
        {
            Array.Resize(ref _pes, bytes * 2);
        }
    }
}
