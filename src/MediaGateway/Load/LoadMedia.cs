using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;

namespace MediaGateway.Load;

/// <summary>What publishers send over and over: a loop of frames that begins with a keyframe. Immutable; all publishers share one.</summary>
/// <param name="Frames">In the order of sending; the first at 0 ms.</param>
/// <param name="Length">After which it begins again.</param>
internal sealed record LoadMedia(IReadOnlyList<LoadFrame> Frames, TimeSpan Length)
{
    /// <summary>The largest file that is read: all of it is kept in memory.</summary>
    public const long MaximumFileBytes = 512L * 1024 * 1024;

    private const int MillisecondsPerSecond = 1000;
    private const int GroupMilliseconds = 2000;
    private const int KeyframeWeight = 6; // a keyframe takes about as much as six other pictures
    private const int AudioBitsPerSecond = 128_000;
    private const int SampleRate = 48_000;
    private const int SamplesPerFrame = 1024;
    private const byte IdrSlice = 0x65;
    private const byte Slice = 0x41;

    // Parameter sets of 1280x720, Constrained Baseline, level 3.1.
    private static readonly H264Format Picture = new(
        Convert.FromHexString("0142C01FFFE100196742C01FD9005005BB0110000003001000000303C0F183248001000568CB83CB20"), 1280, 720);

    private static readonly AacFormat Sound = new(new byte[] { 0x11, 0x90 }, SampleRate, 2);

    /// <summary>
    /// Made up: 720p in groups of two seconds, and AAC of 128 kbit/s. The sizes are an encoder's, the content is not: no player shows it, and a
    /// server that converts pictures or sound must be given a file.
    /// </summary>
    /// <param name="kilobitsPerSecond">Of the pictures.</param>
    /// <param name="pictureRate">Pictures a second.</param>
    public static LoadMedia Synthetic(int kilobitsPerSecond, int pictureRate)
    {
        int pictures = pictureRate * GroupMilliseconds / MillisecondsPerSecond;
        int groupBytes = kilobitsPerSecond * (GroupMilliseconds / 8);
        int pictureBytes = Math.Max(16, groupBytes / (pictures - 1 + KeyframeWeight));
        byte[] keyframe = Unit(IdrSlice, pictureBytes * KeyframeWeight);
        byte[] other = Unit(Slice, pictureBytes);
        byte[] sound = Noise(AudioBitsPerSecond / 8 * SamplesPerFrame / SampleRate);
        var frames = new List<LoadFrame>();
        for (int index = 0; index < pictures; index++)
        {
            frames.Add(new LoadFrame(Picture, index == 0, index * MillisecondsPerSecond / pictureRate, 0, index == 0 ? keyframe : other));
        }

        for (long sample = 0; sample * MillisecondsPerSecond / SampleRate < GroupMilliseconds; sample += SamplesPerFrame)
        {
            frames.Add(new LoadFrame(Sound, true, (int)(sample * MillisecondsPerSecond / SampleRate), 0, sound));
        }

        return new LoadMedia([.. frames.OrderBy(frame => frame.Milliseconds)], TimeSpan.FromMilliseconds(GroupMilliseconds));
    }

    /// <summary>A file with H.264, and sound if it has any.</summary>
    /// <exception cref="LoadException">It cannot be read, is too large, or has no H.264.</exception>
    public static LoadMedia Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaximumFileBytes)
            {
                throw new LoadException($"{path} is larger than {MaximumFileBytes / (1024 * 1024)} MiB: a shorter one does as well, since it is sent over and over.");
            }

            var source = new LoadFile(File.ReadAllBytes(path));
            MediaFile file = MediaFileFormat.Open(source);
            return file.Track(TrackKind.Video)?.Format is H264Format
                ? Read(file, source)
                : throw new LoadException($"{path} has no H.264, which is what publishers send.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or MediaFileException)
        {
            throw new LoadException($"{path} cannot be read: {exception.Message}");
        }
    }

    private static LoadMedia Read(MediaFile file, LoadFile source)
    {
        var frames = new List<LoadFrame>(file.Count);
        for (int index = 0; index < file.Count; index++)
        {
            MediaSample sample = file[index];
            long decoding = file.DecodingOf(sample).ToMilliseconds();
            int composition = (int)(file.PresentationOf(sample).ToMilliseconds() - decoding);
            frames.Add(new LoadFrame(
                file.FormatOf(sample), sample.IsKeyframe, (int)decoding, composition, source.Bytes.AsMemory((int)sample.Offset, sample.Length)));
        }

        int first = frames.FindIndex(frame => frame is { IsPicture: true, IsKeyframe: true });
        frames.RemoveRange(0, Math.Max(0, first));
        int start = frames[0].Milliseconds;
        TimeSpan length = file.Duration - TimeSpan.FromMilliseconds(start);
        int last = frames[^1].Milliseconds - start;
        return new LoadMedia(
            [.. frames.Select(frame => frame with { Milliseconds = frame.Milliseconds - start })],
            length.TotalMilliseconds > last ? length : TimeSpan.FromMilliseconds(last + 1));
    }

    private static byte[] Unit(byte header, int bytes)
    {
        byte[] unit = Noise(bytes);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(unit, bytes - 4);
        unit[4] = header;
        return unit;
    }

    // Never zero, so that it needs no emulation prevention.
    private static byte[] Noise(int bytes)
    {
        byte[] noise = new byte[bytes];
        for (int index = 0; index < bytes; index++)
        {
            noise[index] = (byte)(1 + (index * 197 % 254));
        }

        return noise;
    }

    private sealed record LoadFile(byte[] Bytes) : IByteSource
    {
        public long Length => Bytes.Length;

        public int Read(long offset, Span<byte> destination)
        {
            int length = (int)Math.Clamp(Bytes.Length - offset, 0, destination.Length);
            Bytes.AsSpan((int)Math.Min(offset, Bytes.Length), length).CopyTo(destination);
            return length;
        }
    }
}

/// <summary>One frame of what is sent.</summary>
/// <param name="Format">Its track's.</param>
/// <param name="IsKeyframe">Whether decoding may start here.</param>
/// <param name="Milliseconds">When it is decoded, from the beginning of the loop.</param>
/// <param name="Composition">Milliseconds that it is shown later.</param>
/// <param name="Payload">As in <see cref="MediaFrame.Payload"/>.</param>
internal readonly record struct LoadFrame(TrackFormat Format, bool IsKeyframe, int Milliseconds, int Composition, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Whether it is a picture.</summary>
    public bool IsPicture => Format.Kind == TrackKind.Video;
}
