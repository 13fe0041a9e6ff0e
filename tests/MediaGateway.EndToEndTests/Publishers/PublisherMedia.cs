using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Publishers;

/// <summary>The files that publishers without a camera send: H.264 with an IDR picture every second, and Opus.</summary>
/// <param name="Video">Annex B file.</param>
/// <param name="Audio">Ogg file.</param>
internal sealed record PublisherMedia(string Video, string Audio)
{
    private const int Seconds = 20;

    /// <summary>Makes the files, once in a run: pattern and beeps that belong exactly together.</summary>
    /// <param name="width">Width of the pictures.</param>
    /// <param name="height">Their height.</param>
    /// <param name="bitrate">Their bitrate, as ffmpeg writes it.</param>
    /// <param name="slices">How many slices a picture has.</param>
    public static async Task<PublisherMedia> CreateAsync(int width, int height, string bitrate, int slices = 1)
    {
        string made = await SharedFiles.GetAsync(
            $"publisher {width} {height} {bitrate} {slices}",
            async path =>
            {
                using WorkFolder folder = new();
                PublisherMedia media = In(Directory.CreateDirectory(path).FullName);
                await TestMedia.EncodeAsync(
                    folder,
                    Seconds,
                    width,
                    height,
                    soundDelay: 0,
                    [
                        "-map", "0:v", .. TestMedia.RealTimeH264(TestPattern.PictureRate),
                        "-vf", "noise=alls=12:allf=t", "-b:v", bitrate, "-maxrate", bitrate, "-bufsize", bitrate,
                        "-x264-params", $"sliced-threads=0:slices={slices}", "-f", "h264", media.Video,
                        "-map", "1:a", "-c:a", "libopus", "-b:a", "64k", "-frame_duration", "20", "-f", "ogg", media.Audio,
                    ]);
            });
        return In(made);
    }

    private static PublisherMedia In(string folder) => new(Path.Combine(folder, "publisher.h264"), Path.Combine(folder, "publisher.ogg"));
}
