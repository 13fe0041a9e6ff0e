using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>A gateway with one stream that ffmpeg publishes for as long as the tests of a class run.</summary>
public sealed class EncodedStreamFixture : IAsyncLifetime
{
    // Longer than the tests of a class take: where ffmpeg begins its file anew it repeats a stamp, which strict decoders complain about.
    private const int Seconds = 150;

    private readonly WorkFolder _folder = new();
    private GatewayProcess? _gateway;
    private FfmpegEncoder? _encoder;

    /// <summary>Where the stream is played.</summary>
    public string Address { get; private set; } = "";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        string file = _folder.File("source.flv");
        await TestMedia.EncodeAsync(_folder, Seconds, 320, 180, 0, [.. TestMedia.RealTimeH264(30), "-c:a", "aac", "-ac", "2", "-f", "flv", file]);
        _gateway = await GatewayProcess.StartAsync();
        Address = _gateway.RtmpAddress("matrix");
        _encoder = await FfmpegEncoder.PublishAsync(_gateway, file, Address, endless: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_encoder is not null)
        {
            await _encoder.DisposeAsync();
        }

        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        _folder.Dispose();
    }
}
