using static MediaGateway.Testing.Mp4Boxes;

namespace MediaGateway.Testing;

/// <summary>A small MP4 file with pictures at 25 per second, a keyframe every second, and AAC at 40 frames per second, all told apart by their bytes.</summary>
public static class SmallMp4
{
    /// <summary>Pictures per second, and from one keyframe to the next.</summary>
    public const int PicturesPerSecond = 25;

    /// <summary>Frames of sound per second.</summary>
    public const int SoundsPerSecond = 40;

    /// <summary>The whole file.</summary>
    /// <param name="seconds">How long it plays.</param>
    /// <param name="pictureBytes">Bytes of a picture, at least 16.</param>
    public static byte[] Make(int seconds, int pictureBytes = 64)
    {
        byte[] type = Box("ftyp", "isom\0\0\0\0"u8.ToArray());
        int pictures = seconds * PicturesPerSecond;
        int sounds = seconds * SoundsPerSecond;
        byte[] video = [.. Enumerable.Range(0, pictures).SelectMany(number => Picture(number, pictureBytes))];
        byte[] audio = [.. Enumerable.Range(0, sounds).SelectMany(number => (byte[])[0x21, .. Word(number), 0, 0, 0])];
        int start = type.Length + 8;
        byte[] videoTrack = Track(1, "vide", 25_000, [Avc1(AvcConfiguration)],
        [
            FullBox("stts", 0, 0, Words(1, pictures, 1000)),
            FullBox("stsc", 0, 0, Words(1, 1, pictures, 1)),
            FullBox("stco", 0, 0, Words(1, start)),
            FullBox("stsz", 0, 0, Words(pictureBytes, pictures)),
            FullBox("stss", 0, 0, Words([seconds, .. Enumerable.Range(0, seconds).Select(second => (second * 25L) + 1)])),
        ]);
        byte[] audioTrack = Track(2, "soun", 40_960, [Mp4a(0x40, [0x12, 0x10])],
        [
            FullBox("stts", 0, 0, Words(1, sounds, 1024)),
            FullBox("stsc", 0, 0, Words(1, 1, sounds, 1)),
            FullBox("stco", 0, 0, Words(1, start + video.Length)),
            FullBox("stsz", 0, 0, Words(8, sounds)),
        ]);
        return Join(type, Box("mdat", video, audio), Movie(videoTrack, audioTrack));
    }

    private static byte[] Picture(int number, int length)
    {
        byte[] bytes = new byte[length];
        Word(length - 4).CopyTo(bytes, 0);
        bytes[4] = (byte)(number % PicturesPerSecond == 0 ? 0x65 : 0x41);
        Word(number).CopyTo(bytes, 8);
        return bytes;
    }
}
