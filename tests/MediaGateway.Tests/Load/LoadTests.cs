using MediaGateway.Load;
using MediaGateway.Media.Memory;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Load;

/// <summary>The load generator and the RTMP server, over real sockets.</summary>
public sealed class LoadTests
{
    private static readonly LoadServices Services = new(TimeProvider.System);

    [Fact]
    public async Task PublishersAndViewers_EveryViewerGetsEveryPicture()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(new BufferPool());
        using var stop = new CancellationTokenSource();
        LoadSettings settings = Settings(host, sessions: 2);
        Task<LoadPublishReport> publishing = new LoadPublish(settings with { Length = TimeSpan.FromMinutes(5) }, LoadMedia.Synthetic(500, 30), Services).RunAsync(stop.Token);
        await RtmpServerHost.UntilAsync(() => host.Streams.Find(TestHub.Key("load2")) is not null, "both are published");

        LoadPlayReport seen = await new LoadPlay(settings with { Sessions = 8, Length = TimeSpan.FromSeconds(2), Process = Environment.ProcessId }, streams: 2, sample: 2, Services)
            .RunAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        LoadPublishReport sent = await publishing;

        Assert.Equal((8, 8, 0L), (seen.Sessions, seen.Playing, seen.Missed));
        Assert.Empty(seen.Failures);
        Assert.Equal(2, seen.FirstPicture?.Count);
        Assert.True(seen.Pictures > 4 && seen.PictureDelay?.Count == seen.Pictures, $"{seen.Pictures} pictures");
        Assert.True(seen.PictureDelay is { P50: > 0 } delay && delay.P50 <= delay.P99 && delay.P99 <= delay.Longest);
        Assert.True(seen.SoundDelay is { Count: > 4, P50: > -50 }, $"{seen.SoundDelay}");
        Assert.InRange(seen.MegabitsPerSecond, 0.1, 0.628 * 64); // 5 of pictures and sound, more or less as the machine lets it
        Assert.InRange(seen.LeastShare, 0.01, 1);
        Assert.True(seen.Server is { ProcessorShare: > 0, OwnMemoryKibibytes: > 1000 });
        Assert.Equal((2, 2), (sent.Sessions, sent.Publishing));
        Assert.Empty(sent.Failures);
        Assert.True(sent.Pictures >= seen.Pictures, $"{sent.Pictures} sent");
    }

    [Fact]
    public async Task ViewersAreStoppedEarly_ReportSaysWhatTheyHaveSeenUntilThen()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(new BufferPool());
        using var stopPublishing = new CancellationTokenSource();
        using var stop = new CancellationTokenSource();
        LoadSettings settings = Settings(host, sessions: 1) with { Length = TimeSpan.FromMinutes(5) };
        Task<LoadPublishReport> publishing = new LoadPublish(settings, LoadMedia.Synthetic(500, 30), Services).RunAsync(stopPublishing.Token);
        await RtmpServerHost.UntilAsync(() => host.Streams.Find(TestHub.Key("load1")) is not null, "it is published");
        var time = new MeasuringTime(settings.Length);

        Task<LoadPlayReport> playing = new LoadPlay(settings with { Sessions = 4 }, streams: 1, sample: 1, new LoadServices(time)).RunAsync(stop.Token);
        await time.Measuring.Task.WaitAsync(RtmpServerHost.Patience, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        LoadPlayReport seen = await playing;
        await stopPublishing.CancelAsync();
        await publishing;

        Assert.Equal((4, 4), (seen.Sessions, seen.Playing));
        Assert.Empty(seen.Failures);
        Assert.True(seen.Seconds < settings.Length.TotalSeconds / 2, $"{seen.Seconds} s");
    }

    [Fact]
    public async Task ServerRefuses_ReportSaysWhyAndHowOften()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(new BufferPool());

        LoadPlayReport seen = await new LoadPlay(Settings(host, sessions: 3), streams: 1, sample: 1, Services).RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, seen.Playing);
        (string words, int count) = Assert.Single(seen.Failures);
        Assert.Contains("StreamNotFound", words, StringComparison.Ordinal);
        Assert.Equal(3, count);
        Assert.Null(seen.PictureDelay);
    }

    [Theory]
    [InlineData("http://host/live/a", "rtmp://")]
    [InlineData("rtmps://host/live/a", "TLS")]
    public void WrongAddress_IsToldInWords(string address, string words) =>
        Assert.Contains(words, Assert.Throws<LoadException>(() => Of(address, 1).Target(1)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task SeveralPublishersOfOneStream_AreNotBegun()
    {
        var publish = new LoadPublish(Of("rtmp://127.0.0.1:1/live/a", 2), LoadMedia.Synthetic(100, 10), Services);
        Assert.Contains("{n}", (await Assert.ThrowsAsync<LoadException>(() => publish.RunAsync(default))).Message, StringComparison.Ordinal);
    }

    private static LoadSettings Settings(RtmpServerHost host, int sessions) => Of(host.UrlOf("load{n}"), sessions);

    private static LoadSettings Of(string address, int sessions) => new(address, sessions, Ramp: 1000, TimeSpan.Zero, TimeSpan.FromSeconds(1), Process: null);

    /// <summary>The machine's time, which says when figures begin to be taken.</summary>
    private sealed class MeasuringTime(TimeSpan length) : TimeProvider
    {
        public TaskCompletionSource Measuring { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == length)
            {
                Measuring.TrySetResult();
            }

            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
