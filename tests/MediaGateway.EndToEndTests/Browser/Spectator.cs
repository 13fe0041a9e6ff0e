using MediaGateway.EndToEndTests.Analysis;

namespace MediaGateway.EndToEndTests.Browser;

/// <summary>What somebody saw and heard in front of a video element of a page: <c>spectator.js</c> reads and listens.</summary>
internal sealed class Spectator
{
    /// <summary>Pictures before this number of seconds are of a player that still finds its pace.</summary>
    private const double SettlingSeconds = 4;

    private readonly BrowserPage _page;
    private readonly string _handle;

    private Spectator(BrowserPage page, string handle)
    {
        _page = page;
        _handle = handle;
    }

    /// <summary>Begins to watch.</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">Names the spectator; once for each page.</param>
    /// <param name="video">An expression for the video element.</param>
    /// <param name="peer">An expression for the connection that receives, or for a promise of it.</param>
    public static async Task<Spectator> WatchAsync(BrowserPage page, string name, string video, string peer)
    {
        string handle = $"window.spectator_{name}";
        await page.EvaluateAsync<object>($"(async () => {{ {handle} = await spectator.watch({video}, await {peer}); }})()");
        return new Spectator(page, handle);
    }

    /// <summary>Waits until so many pictures have been shown.</summary>
    public Task WaitForPicturesAsync(int count) => _page.WaitForAsync($"{_handle}.count() >= {count}", TimeSpan.FromSeconds(40));

    /// <summary>What was seen and heard until now.</summary>
    public Task<Report> ReportAsync() => _page.EvaluateAsync<Report>($"{_handle}.report()");

    /// <summary>A picture as it was shown.</summary>
    /// <param name="Counter">Its number; null when it could not be read.</param>
    /// <param name="Flash">Whether the middle is white.</param>
    /// <param name="ShownAt">When it was shown, in milliseconds of the page's clock.</param>
    /// <param name="Delay">Milliseconds since it was drawn; null when this page did not draw it.</param>
    /// <param name="Width">Width in pixels.</param>
    internal sealed record Shown(int? Counter, bool Flash, double ShownAt, double? Delay, int Width);

    /// <summary>How far the browser's own playback had the pictures ahead of the sound.</summary>
    /// <param name="At">When, in milliseconds of the page's clock.</param>
    /// <param name="Milliseconds">By how much, by the timestamps and sender reports that it was sent; negative: behind.</param>
    internal sealed record Lead(double At, double Milliseconds);

    /// <summary>All that was seen and heard.</summary>
    /// <param name="Pictures">The pictures in the order in which they were shown.</param>
    /// <param name="Beeps">When beeps began, in milliseconds of the page's clock.</param>
    /// <param name="Leads">How far the browser had the pictures ahead of the sound, four times a second.</param>
    /// <param name="FreezeCount">Freezes, as the browser counts them.</param>
    /// <param name="FramesDropped">Pictures decoded but not shown.</param>
    /// <param name="FramesDecoded">Pictures decoded.</param>
    /// <param name="KeyFramesDecoded">Keyframes decoded.</param>
    /// <param name="RepairsReceived">Packets of pictures that were sent again and came.</param>
    /// <param name="PacketsLost">RTP packets lost.</param>
    /// <param name="ConcealedSamples">Samples of sound made up for lost ones.</param>
    /// <param name="SilentConcealedSamples">Those of them that were silent.</param>
    /// <param name="TotalSamplesReceived">Samples of sound played.</param>
    internal sealed record Report(
        IReadOnlyList<Shown> Pictures,
        IReadOnlyList<double> Beeps,
        IReadOnlyList<Lead> Leads,
        int FreezeCount,
        int FramesDropped,
        int FramesDecoded,
        int KeyFramesDecoded,
        long RepairsReceived,
        long PacketsLost,
        double ConcealedSamples,
        double SilentConcealedSamples,
        double TotalSamplesReceived)
    {
        /// <summary>Flash minus beep once the player had settled.</summary>
        public LipSync LipSync => LipSync.Measure(
            LipSync.Flashes([.. Settled.Select(picture => new Picture(picture.ShownAt / 1000, picture.Counter, picture.Flash))]),
            [.. Beeps.Select(beep => beep / 1000)]);

        /// <summary>
        /// The same without what the browser's own playback adds knowingly (it moves pictures only slowly, and not for less than 30 ms):
        /// what remains is of the timestamps that it was sent and, the same for every stream of a page, of the spectator's ear.
        /// </summary>
        public LipSync SentLipSync => LipSync.Measure(
            LipSync.Flashes([.. Settled.Select(picture => new Picture((picture.ShownAt + LeadAt(picture.ShownAt)) / 1000, picture.Counter, picture.Flash))]),
            [.. Beeps.Select(beep => beep / 1000)]);

        /// <summary>From the drawing of a picture to its showing, in milliseconds, in the middle.</summary>
        public double MedianDelay => Statistics.Median([.. Settled.Where(picture => picture.Delay is not null).Select(picture => picture.Delay!.Value)]);

        /// <summary>The longest time between two pictures once the player had settled, in milliseconds.</summary>
        public double LongestGap => Settled.Zip(Settled.Skip(1), (one, next) => next.ShownAt - one.ShownAt).DefaultIfEmpty(0).Max();

        /// <summary>
        /// Pictures whose number could not be read: broken, or of another source. Without the first one, which a browser that has just been started
        /// sometimes announces before it has drawn it: where it is broken, those after it are as well.
        /// </summary>
        public int Unreadable => Pictures.Skip(1).Count(picture => picture.Counter is null);

        /// <summary>How many pictures were published from the first one shown to the last one, by their own numbers.</summary>
        public int Published => (Pictures.Max(picture => picture.Counter) - Pictures.Min(picture => picture.Counter) + 1) ?? 0;

        /// <summary>Pictures shown after a later one.</summary>
        public int Backward => Pictures.Zip(Pictures.Skip(1), (one, next) => next.Counter < one.Counter ? 1 : 0).Sum();

        private double LeadAt(double time) =>
            Leads.MinBy(lead => Math.Abs(lead.At - time))?.Milliseconds ?? throw new InvalidOperationException("The browser told no playout times.");

        private IReadOnlyList<Shown> Settled
        {
            get
            {
                double from = Pictures.Count == 0 ? 0 : Pictures[0].ShownAt + (SettlingSeconds * 1000);
                return [.. Pictures.Where(picture => picture.ShownAt >= from)];
            }
        }
    }
}
