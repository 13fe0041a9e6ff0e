using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

/// <summary>Names that would be paths, commands or markup if anybody let them: refused alike wherever a client can put a name.</summary>
public sealed class HostileNameTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();

    /// <summary>The names.</summary>
    public static TheoryData<string> Names =>
    [
        "..", "../x", "../../etc/passwd", "../../../../tmp/x", "a/../b", "a/..", "./a", "a/./b", "/etc/passwd", "//etc/passwd", "a//b",
        "%2e%2e", "%2e%2e%2fx", "%252e%252e", "..%2fx", "..%5cx", "%2e", "a%00b", "a\0b", "\0", "..\\x", "..\\..\\x", "\\etc", "\\\\?\\C:\\x", "\\\\host\\x",
        "C:", "C:\\x", "C:/x", "file:///etc/passwd", "http://127.0.0.1/x", "a b", " a", "a ", "\ta", "a\r\nb", "a\n", "\u2215etc", "a\uFF0Fb", "\u202Ea",
        "\u00E9", "\u0430", "\uD83D\uDE00", "a;b", ";id", "|id", "a|b", "`id`", "$(touch x)", "${HOME}", "-i file:///etc/passwd", "a&b", "a'b", "a\"b",
        "\"><img src=x onerror=alert(1)>", "<script>", "a<b", "{{x}}", "%s%n", "a*b", "a:b", "a@b", "a#b", "a=b", "a,b", "a+b", "[a]", "~/x", new string('a', 129), new string('a', 300),
    ];

    public void Dispose() => _buffers.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public void Name_IsNoPartOfAKey(string name)
    {
        Assert.False(StreamKey.TryCreate("live", name, out _, out string? refusal));
        Assert.DoesNotContain(name.Length > 2 ? name : "\0\0\0", refusal, StringComparison.Ordinal);
        Assert.False(StreamKey.TryCreate(name, "a", out _, out _));
    }

    [Fact]
    public async Task Name_IsRefusedAsAStreamToPublishAndToPlay_AndAsAnApplication()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        // As many at once as one address may have connections that do nothing.
        foreach (string[] some in Names.Select(row => row.Data).Chunk(25))
        {
            await Task.WhenAll(some.Select(name => AssertRefusedAsync(host.Port, name)));
        }

        Assert.Empty(host.Streams.Streams);
    }

    private static async Task AssertRefusedAsync(int port, string name)
    {
        using TestEncoder encoder = await TestEncoder.ConnectAsync(port);
        await encoder.AskToPublishAsync(name);
        await encoder.Wire.ExpectAsync("onStatus NetStream.Publish.BadName");
        await encoder.Wire.UntilClosedAsync();

        using TestPlayer player = await TestPlayer.PlayAsync(port, name);
        Assert.Equal("NetStream.Play.StreamNotFound", player.Messages[^1].Code);
        await player.UntilClosedAsync();

        using TestPlayer other = await TestPlayer.PlayAsync(port, "a", app: name);
        Assert.Equal("NetStream.Play.StreamNotFound", other.Messages[^1].Code);
    }
}
