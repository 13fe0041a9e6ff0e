using MediaGateway.Media.Files;
using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Vod;

namespace MediaGateway.Servers.Rtmp;

/// <summary>
/// The way of one player from the file that it plays to another one with the same times: at the first keyframe after what was read so
/// far. Made by the playback's loop; used by the reading thread.
/// </summary>
/// <param name="file">The other file, which stays the playback's.</param>
/// <param name="capabilities">What the player has announced.</param>
/// <param name="sent">Told on the worker's thread when the first frame of the other file was sent.</param>
/// <param name="failed">Told on the reading thread when the other file has no keyframe so late.</param>
internal sealed class FileTurn(VodFile file, RtmpPeerCapabilities capabilities, Action sent, Action failed)
{
    /// <summary>How far before a keyframe the sound is looked for that follows what was heard, in frames.</summary>
    private const int FramesLookedBack = 500;

    /// <summary>The other file.</summary>
    public VodFile File => file;

    /// <summary>Told when its first frame was sent.</summary>
    public Action Sent => sent;

    /// <summary>Told when it cannot be.</summary>
    public Action Failed => failed;

    /// <summary>The number of the keyframe; -1 while it was not looked for.</summary>
    public int Keyframe { get; private set; } = -1;

    /// <summary>Its time in milliseconds.</summary>
    public long Time { get; private set; }

    /// <summary>Finds the first keyframe later than a time in milliseconds; false when there is none.</summary>
    public bool FindKeyframe(long reached)
    {
        MediaFile index = file.Index;
        if (Keyframe >= 0 && Time > reached)
        {
            return true;
        }

        foreach (int number in index.Keyframes)
        {
            long time = index.DecodingOf(index[number]).ToMilliseconds();
            if (time > reached)
            {
                (Keyframe, Time) = (number, time);
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the present file has come to the keyframe with its next frame.</summary>
    public bool IsReached(MediaFile present, in MediaSample next) =>
        (present.FormatOf(in next).Kind == TrackKind.Video || present.Track(TrackKind.Video) is null)
        && present.DecodingOf(in next).ToMilliseconds() >= Time;

    /// <summary>The number of the frame to read first: sound that is wanted may stand before the keyframe.</summary>
    public int FirstSound(long from)
    {
        MediaFile index = file.Index;
        int first = Keyframe;
        for (int number = Keyframe - 1; number >= Math.Max(0, Keyframe - FramesLookedBack); number--)
        {
            MediaSample sample = index[number];
            bool isSound = index.FormatOf(in sample).Kind == TrackKind.Audio;
            first = isSound && index.DecodingOf(in sample).ToMilliseconds() >= from ? number : first;
        }

        return first;
    }

    /// <summary>What is sent of the other file.</summary>
    public FilePlan Plan(FilePlan present) =>
        present with { Start = Keyframe, Formats = FilePlan.FormatsAt(file.Index, Keyframe, capabilities) };
}
