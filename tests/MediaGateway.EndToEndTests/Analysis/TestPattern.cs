namespace MediaGateway.EndToEndTests.Analysis;

/// <summary>
/// The picture that every test source shows, drawn the same by <c>Browser/flash-and-beep.js</c>:
/// <code>
/// +--+--+--+--+-- ... --+   16 blocks: white, black, then 14 bits of the picture's number, highest first (white: 1)
/// |  |  |  |  |         |
/// +--+--+--+--+-- ... --+   from one quarter of the height
/// |                     |   white for the first three pictures of every second, dark otherwise
/// +--+--+--+--+-- ... --+   from three quarters of the height
/// |  |  |  |  |         |   the same blocks inverted, which proves that the number was read right
/// +--+--+--+--+-- ... --+
/// </code>
/// Picture n belongs to the time n / 30 s; a 1 kHz beep of 100 ms starts with every whole second.
/// </summary>
internal static class TestPattern
{
    /// <summary>Pictures per second.</summary>
    public const int PictureRate = 30;

    /// <summary>Pictures of each second that flash.</summary>
    public const int FlashPictures = 3;

    /// <summary>Samples per second of the sound.</summary>
    public const int SampleRate = 48_000;

    /// <summary>Length of a beep in samples.</summary>
    public const int BeepSamples = SampleRate / 10;

    private const int Blocks = 16;
    private const int CounterBits = Blocks - 2;
    private const byte Dark = 24;
    private const byte Bright = 235;

    /// <summary>The number shown by picture <paramref name="index"/>; it wraps after nine minutes.</summary>
    public static int Counter(long index) => (int)(index & ((1 << CounterBits) - 1));

    /// <summary>Draws picture <paramref name="index"/> into 8-bit grey samples.</summary>
    public static void Draw(Span<byte> picture, int width, int height, long index)
    {
        bool flash = index % PictureRate < FlashPictures;
        for (int y = 0; y < height; y++)
        {
            Span<byte> row = picture.Slice(y * width, width);
            int band = y * 4 / height;
            for (int x = 0; x < width; x++)
            {
                bool white = band switch
                {
                    0 => IsWhite(x * Blocks / width, index),
                    3 => !IsWhite(x * Blocks / width, index),
                    _ => flash,
                };
                row[x] = white ? Bright : Dark;
            }
        }
    }

    /// <summary>Samples of the sound from <paramref name="first"/> on.</summary>
    public static void Sound(Span<short> samples, long first)
    {
        for (int i = 0; i < samples.Length; i++)
        {
            long phase = (first + i) % SampleRate;
            samples[i] = phase is >= 0 and < BeepSamples ? (short)(16_000 * Math.Sin(2 * Math.PI * 1000 * phase / SampleRate)) : (short)0;
        }
    }

    /// <summary>Reads a picture of any size that shows the pattern: its number, when both copies agree, and whether it flashes.</summary>
    public static (int? Counter, bool Flash) Read(ReadOnlySpan<byte> picture, int width, int height)
    {
        int? top = ReadNumber(picture, width, height / 8, inverted: false);
        int? bottom = ReadNumber(picture, width, height - 1 - (height / 8), inverted: true);
        int middle = 0;
        for (int i = 1; i <= 8; i++)
        {
            middle += picture[(height / 2 * width) + (width * i / 9)];
        }

        return (top == bottom ? top : null, middle / 8 > 128);
    }

    private static bool IsWhite(int block, long index) => block switch
    {
        0 => true,
        1 => false,
        _ => (Counter(index) >> (Blocks - 1 - block) & 1) != 0,
    };

    private static int? ReadNumber(ReadOnlySpan<byte> picture, int width, int line, bool inverted)
    {
        int number = 0;
        for (int block = 0; block < Blocks; block++)
        {
            bool white = picture[(line * width) + (((2 * block) + 1) * width / (2 * Blocks))] > 128 != inverted;
            if (block < 2 && white != (block == 0))
            {
                return null;
            }

            number = block < 2 ? 0 : (number << 1) | (white ? 1 : 0);
        }

        return number;
    }
}
