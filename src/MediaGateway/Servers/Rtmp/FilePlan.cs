using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Servers.Rtmp;

/// <summary>What of a file is sent to one RTMP player. Immutable.</summary>
/// <param name="Start">The number of the first frame.</param>
/// <param name="End">The time at which to stop.</param>
/// <param name="Formats">The formats in force at the start, of the tracks that the player takes.</param>
/// <param name="Capabilities">What the player has announced.</param>
/// <param name="MessageStreamId">The player's message stream.</param>
/// <param name="ChunkSize">The chunk size in force towards it.</param>
internal sealed record FilePlan(
    int Start, TimeSpan End, IReadOnlyList<TrackFormat> Formats, RtmpPeerCapabilities Capabilities, uint MessageStreamId, int ChunkSize)
{
    // Tracks are interleaved by time: the next frame of each is not far.
    private const int FramesLookedAt = 2000;

    /// <summary>Whether frames of a format are sent.</summary>
    public bool Carries(TrackFormat format) => RtmpMediaWriter.CanCarry(format, Capabilities);

    /// <summary>The time at which to stop so that of the pictures, or of the sound, only the frame of this number is sent.</summary>
    public static TimeSpan EndOfFrame(MediaFile file, int number) =>
        number < file.Count ? file.DecodingOf(file[number]).ToTimeSpan() + TimeSpan.FromTicks(1) : TimeSpan.Zero;

    /// <summary>The formats of sound and pictures from a frame on, of those that the player takes.</summary>
    /// <param name="file">The file.</param>
    /// <param name="start">The number of the frame.</param>
    /// <param name="capabilities">What the player has announced.</param>
    public static IReadOnlyList<TrackFormat> FormatsAt(MediaFile file, int start, RtmpPeerCapabilities capabilities)
    {
        var formats = new TrackFormat?[3];
        foreach (MediaFileTrack track in file.Tracks)
        {
            formats[(int)track.Kind] = track.Format;
        }

        bool[] seen = new bool[3];
        for (int index = start; index < file.Count && index < start + FramesLookedAt; index++)
        {
            TrackFormat format = file.FormatOf(file[index]);
            formats[(int)format.Kind] = seen[(int)format.Kind] ? formats[(int)format.Kind] : format;
            seen[(int)format.Kind] = true;
        }

        return
        [
            .. new[] { formats[(int)TrackKind.Video], formats[(int)TrackKind.Audio] }
                .OfType<TrackFormat>().Where(format => RtmpMediaWriter.CanCarry(format, capabilities)),
        ];
    }
}
