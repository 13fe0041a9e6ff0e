using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Mp4;

/// <summary>
/// Collects samples and writes them as one movie fragment (ISO/IEC 14496-12 8.8): a <c>moof</c> with the tables of one or two tracks and an
/// <c>mdat</c> with the pictures, then the sound. Owns the references of what it holds. One owner, one thread; allocates nothing in steady
/// state but what the pool gives.
/// </summary>
public sealed class Mp4FragmentWriter
{
    /// <summary>Samples that one fragment may hold: ten minutes of sound.</summary>
    public const int MaximumSamples = 32_768;

    private const int BoxHeader = 8;
    private const int FullBoxHeader = 12;
    private const int MovieHeaderBytes = FullBoxHeader + 4;
    private const int TrackHeaderBytes = FullBoxHeader + 8;
    private const int DecodeTimeBytes = FullBoxHeader + 8;
    private const int RunHeaderBytes = FullBoxHeader + 8;
    private const int VideoEntryBytes = 16;
    private const int AudioEntryBytes = 8;

    // ISO/IEC 14496-12 8.8.7 and 8.8.8
    private const int DefaultSampleFlagsPresent = 0x00_0020;
    private const int DefaultBaseIsMoof = 0x02_0000;
    private const int DataOffsetPresent = 0x000001;
    private const int DurationPresent = 0x000100;
    private const int SizePresent = 0x000200;
    private const int FlagsPresent = 0x000400;
    private const int CompositionOffsetPresent = 0x000800;

    // 8.8.3.1: depends on no other; depends on others and is no sync sample.
    private const uint SyncSample = 0x0200_0000;
    private const uint DependentSample = 0x0101_0000;

    private readonly List<Mp4Sample> _video = [];
    private readonly List<Mp4Sample> _audio = [];

    /// <summary>Bytes of payload held.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>Pictures held.</summary>
    public int VideoSamples => _video.Count;

    /// <summary>Frames of sound held.</summary>
    public int AudioSamples => _audio.Count;

    /// <summary>Whether it holds nothing.</summary>
    public bool IsEmpty => _video.Count + _audio.Count == 0;

    /// <summary>Whether no further sample fits.</summary>
    public bool IsFull => _video.Count + _audio.Count >= MaximumSamples || PayloadBytes > int.MaxValue / 2;

    /// <summary>The pictures held, in decoding order.</summary>
    public IReadOnlyList<Mp4Sample> Video => _video;

    /// <summary>The sound held, in its order.</summary>
    public IReadOnlyList<Mp4Sample> Audio => _audio;

    /// <summary>Adds a sample of either track; takes over its frame's reference.</summary>
    /// <exception cref="InvalidOperationException">It is full.</exception>
    public void Add(in Mp4Sample sample)
    {
        if (IsFull)
        {
            throw new InvalidOperationException("The fragment is full.");
        }

        (sample.Frame.Kind == TrackKind.Video ? _video : _audio).Add(sample);
        PayloadBytes += sample.Frame.Length;
    }

    /// <summary>Writes the fragment and lets its frames go. The caller owns the block.</summary>
    /// <param name="sequenceNumber">The fragment's number, one more with each (8.8.5).</param>
    /// <param name="pool">Where the block comes from.</param>
    /// <param name="owner">What it is for.</param>
    /// <param name="length">Bytes written.</param>
    public PooledBuffer Write(uint sequenceNumber, BufferPool pool, BufferOwner owner, out int length)
    {
        ArgumentNullException.ThrowIfNull(pool);
        int moofBytes = BoxHeader + MovieHeaderBytes + TrackBytes(_video.Count, isVideo: true) + TrackBytes(_audio.Count, isVideo: false);
        length = checked((int)(moofBytes + BoxHeader + PayloadBytes));
        PooledBuffer block = pool.Rent(length, owner);
        var writer = new Mp4BoxWriter(block.Span);
        int moof = writer.Begin("moof"u8);
        int header = writer.BeginFull("mfhd"u8, 0, 0);
        writer.UInt32(sequenceNumber);
        writer.End(header);
        int dataOffset = moofBytes + BoxHeader;
        WriteTrack(ref writer, Mp4Track.VideoId, _video, dataOffset);
        WriteTrack(ref writer, Mp4Track.AudioId, _audio, dataOffset + (int)PayloadOf(_video));
        writer.End(moof);
        int data = writer.Begin("mdat"u8);
        WritePayload(ref writer, _video);
        WritePayload(ref writer, _audio);
        writer.End(data);
        Clear();
        return block;
    }

    /// <summary>Lets everything go.</summary>
    public void Clear()
    {
        Release(_video);
        Release(_audio);
        PayloadBytes = 0;
    }

    private static int TrackBytes(int samples, bool isVideo) => samples == 0
        ? 0
        : BoxHeader + TrackHeaderBytes + DecodeTimeBytes + RunHeaderBytes + (samples * (isVideo ? VideoEntryBytes : AudioEntryBytes));

    private static void WriteTrack(ref Mp4BoxWriter writer, int id, List<Mp4Sample> samples, int dataOffset)
    {
        if (samples.Count == 0)
        {
            return;
        }

        bool isVideo = id == Mp4Track.VideoId;
        int track = writer.Begin("traf"u8);
        int header = writer.BeginFull("tfhd"u8, 0, DefaultBaseIsMoof | DefaultSampleFlagsPresent);
        writer.UInt32((uint)id);
        writer.UInt32(isVideo ? DependentSample : SyncSample);
        writer.End(header);
        int time = writer.BeginFull("tfdt"u8, 1, 0);
        writer.UInt64((ulong)samples[0].Decoding);
        writer.End(time);
        int flags = DataOffsetPresent | DurationPresent | SizePresent | (isVideo ? FlagsPresent | CompositionOffsetPresent : 0);
        int run = writer.BeginFull("trun"u8, 1, flags); // version 1: composition offsets may be negative
        writer.UInt32((uint)samples.Count);
        writer.Int32(dataOffset);
        foreach (Mp4Sample sample in samples)
        {
            writer.UInt32((uint)sample.Duration);
            writer.UInt32((uint)sample.Frame.Length);
            if (isVideo)
            {
                writer.UInt32(sample.Frame.IsKeyframe ? SyncSample : DependentSample);
                writer.Int32(sample.CompositionOffset);
            }
        }

        writer.End(run);
        writer.End(track);
    }

    private static long PayloadOf(List<Mp4Sample> samples)
    {
        long bytes = 0;
        foreach (Mp4Sample sample in samples)
        {
            bytes += sample.Frame.Length;
        }

        return bytes;
    }

    private static void WritePayload(ref Mp4BoxWriter writer, List<Mp4Sample> samples)
    {
        foreach (Mp4Sample sample in samples)
        {
            writer.Bytes(sample.Frame.Payload);
        }
    }

    private static void Release(List<Mp4Sample> samples)
    {
        foreach (Mp4Sample sample in samples)
        {
            sample.Frame.Release();
        }

        samples.Clear();
    }
}
