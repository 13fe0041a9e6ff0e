using MediaGateway.Media.Frames;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using Xunit;

namespace MediaGateway.WebRtc.Tests.Sessions;

public class PeerSessionSendingTests
{
    private static readonly TimeSpan PictureInterval = TimeSpan.FromTicks(TimeSpan.TicksPerSecond / 30);
    private static readonly TimeSpan SoundInterval = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void Frames_ArriveAsTheyWere()
    {
        using var pool = new TrackingBufferPool();
        using var pair = new ViewerPair(pool: pool);
        pair.Connect();
        List<byte[]> expected = [];
        Stream(pair, seconds: 4, expected);
        pair.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(expected, pair.Viewer.Pictures.Select(picture => picture.Payload));
        Assert.Equal(200, pair.Viewer.Frames.Count(frame => frame.Kind == TrackKind.Audio));
        Assert.Equal(0, pair.Session.Statistics.Sender!.DroppedPictures);
        Assert.All(pair.SentTo, path => Assert.Equal(pair.Viewer.Path, path));
    }

    [Fact]
    public void Reports_PutBothTracksOnOneClock()
    {
        using var pair = new ViewerPair();
        pair.Connect();
        Stream(pair, seconds: 4, []);
        pair.Run(TimeSpan.FromSeconds(5));
        uint video = pair.Viewer.Ssrcs[0];
        uint audio = pair.Viewer.Ssrcs[2];

        // The reports of one instant, as a player reads them: the same stream time for both tracks.
        ViewedPacket firstPicture = pair.Viewer.Packets.First(packet => packet.Ssrc == video);
        ViewedPacket firstSound = pair.Viewer.Packets.First(packet => packet.Ssrc == audio);
        foreach (IGrouping<ulong, ViewedReport> instant in pair.Viewer.Reports.GroupBy(report => report.NtpTime).Where(group => group.Count() == 2))
        {
            double picture = unchecked((int)(instant.Single(report => report.Ssrc == video).RtpTime - firstPicture.Timestamp)) / 90_000.0;
            double sound = unchecked((int)(instant.Single(report => report.Ssrc == audio).RtpTime - firstSound.Timestamp)) / 48_000.0;
            Assert.Equal(picture, sound, 0.0005);
        }

        Assert.InRange(pair.Viewer.Reports.Count(report => report.Ssrc == video), 4, 7);
        Assert.InRange(pair.Viewer.Statistics!.AudioVideoError!.Value.TotalMilliseconds, -1, 1);
    }

    /// <summary>Has a stream with a keyframe each second sent, from now on.</summary>
    private static void Stream(ViewerPair pair, int seconds, List<byte[]> expected)
    {
        TimeSpan start = pair.Now + TimeSpan.FromMilliseconds(1);
        TimeSpan epoch = TimeSpan.FromSeconds(100);
        for (int i = 0; i < seconds * 30; i++)
        {
            int number = i;
            bool isKeyframe = i % 30 == 0;
            int bytes = isKeyframe ? 20_000 : 5_000;
            expected.Add(TestMedia.AccessUnit(TestMedia.Slice(number, isKeyframe, bytes), isKeyframe));
            TimeSpan at = PictureInterval * i;
            pair.At(start + at, () => pair.Send(pair.Picture(number, epoch + at, isKeyframe, bytes, pair.Now)));
        }

        for (int i = 0; i < seconds * 50; i++)
        {
            TimeSpan at = SoundInterval * i;
            pair.At(start + at, () => pair.Send(pair.Frame(ViewerPair.AudioFormat, epoch + at, true, [0xFC, 1, 2, 3, 4], pair.Now)));
        }
    }
}
