using System.Globalization;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.WebRtc;

/// <summary>WebRTC viewers of a stream that a source has promised.</summary>
public sealed class PromisedStreamTests
{
    [Theory]
    [InlineData("00:00:00", "The origin is gone.")]
    [InlineData("00:00:00.3", "The origin is gone.")]
    public async Task PromisedStreamThatDoesNotCome_EndsTheViewerInTheSourcesWords(string ownPatience, string words)
    {
        await using WebRtcServerHost host = await WebRtcServerHost.StartAsync(
            options => options.WaitForPublisher = TimeSpan.Parse(ownPatience, CultureInfo.InvariantCulture),
            replace: services => services.AddSingleton<IStreamSource>(new Promising()));
        using LoopbackViewer viewer = host.Play("camera");
        await RtmpServerHost.UntilAsync(() => viewer.IsConnected && viewer.Heard.Count > 0, "the wait is told");
        host.Services.GetRequiredService<StreamRegistry>().GiveUp(TestHub.Key("camera"), words);
        await RtmpServerHost.UntilAsync(() => viewer.End is not null, "the end");

        Assert.Equal((SessionEndReason.StreamNotFound, words), (viewer.End!.Reason, viewer.End.Detail));
    }

    /// <summary>Promises every stream and brings none.</summary>
    private sealed class Promising : IStreamSource
    {
        public StreamSearch Find(in StreamQuery query) => StreamSearch.Coming(TimeSpan.FromMinutes(1));
    }
}
