using MediaGateway.Media.Memory;

namespace MediaGateway.Media.Speex;

/// <summary>What the submodes in a Speex packet say (The Speex Codec Manual, 9.3 and 10.3).</summary>
/// <param name="FrameCount">Frames of 20 ms, 1 to <see cref="MaximumFrames"/>.</param>
/// <param name="IsWideband">Whether a frame carries the band from 4 to 8 kHz.</param>
public readonly record struct SpeexPacket(int FrameCount, bool IsWideband)
{
    /// <summary>More frames in one packet than this, a second, nobody sends.</summary>
    public const int MaximumFrames = 50;

    private const int SubmodeBits = 4;
    private const int HighSubmodeBits = 3;
    private const int UserRequest = 13;
    private const int Request = 14;
    private const int Terminator = 15;

    /// <summary>Bits of a frame by submode, flag and submode included (table 9.1); from submode 9 on reserved.</summary>
    private static readonly int[] FrameBits = [5, 43, 119, 160, 220, 300, 364, 492, 79];

    /// <summary>Bits of a high band by submode, flag and submode included (table 10.1).</summary>
    private static readonly int[] HighBits = [4, 36, 112, 192, 352];

    /// <summary>Walks over the frames. False: there is none, one is cut short, or a submode is reserved.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out SpeexPacket packet)
    {
        packet = default;
        var reader = new BitReader(payload);
        int frames = 0;
        bool isWideband = false;
        bool isOver = false;
        while (!isOver && reader.BitsLeft > SubmodeBits && frames <= MaximumFrames)
        {
            if (reader.ReadFlag())
            {
                int high = (int)reader.ReadBits(HighSubmodeBits);
                if (frames == 0 || high >= HighBits.Length)
                {
                    return false;
                }

                isWideband = true;
                reader.Skip(HighBits[high] - 1 - HighSubmodeBits);
                continue;
            }

            int submode = (int)reader.ReadBits(SubmodeBits);
            switch (submode)
            {
                case Terminator:
                    isOver = true;
                    break;
                case Request:
                    reader.Skip(RequestBits((int)reader.ReadBits(4)));
                    break;
                case UserRequest:
                    reader.Skip(5 + (8 * (int)reader.ReadBits(4)));
                    break;
                case >= 9:
                    return false;
                default:
                    frames++;
                    reader.Skip(FrameBits[submode] - 1 - SubmodeBits);
                    break;
            }
        }

        if (reader.HasFailed || frames is 0 or > MaximumFrames)
        {
            return false;
        }

        packet = new SpeexPacket(frames, isWideband);
        return true;
    }

    // The Speex Codec Manual, table 5.1: what an in-band request carries.
    private static int RequestBits(int code) => code switch
    {
        < 2 => 1,
        < 8 => 4,
        < 10 => 8,
        < 12 => 16,
        < 14 => 32,
        _ => 64,
    };
}
