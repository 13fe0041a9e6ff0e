using MediaGateway.Servers.Flv;
using MediaGateway.Streams;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Servers.Flv;

/// <summary>FLV over HTTP and WebSockets as it is shipped, on a free loopback port, over streams that a test feeds.</summary>
internal sealed class FlvHost : StreamHost
{
    private FlvHost(WebApplication app)
        : base(app)
    {
    }

    public Uri WebSocketAddress => new UriBuilder(Address) { Scheme = "ws" }.Uri;

    public static async Task<FlvHost> StartAsync(params (string Key, string Value)[] settings) =>
        new(await StartAsync(settings, TimeProvider.System, static services => services.AddFlv(), static app => app.MapFlv()));

    /// <summary>Publishes a stream as an encoder does.</summary>
    public PublishLease Publish(string name) => Streams.TryPublish(
        TestHub.Key(name),
        ExpectedTracks.AudioAndVideo,
        new FakePublisher { Protocol = "rtmp", AnswersKeyframeRequests = false },
        out _) ?? throw new InvalidOperationException("The name is in use.");

    /// <summary>Asks for a stream and reads until its headers have come.</summary>
    public async Task<FlvAnswer> PlayAsync(string path)
    {
        HttpResponseMessage response = await Client.GetAsync(
            new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new FlvAnswer(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }
}
