using System.IO.Pipelines;
using MediaGateway.Servers.Rtmp;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp;

public sealed class RtmpHelloTests : IDisposable
{
    private readonly TrackingBufferPool _buffers = new();

    // What is written is read at once, before the next piece comes.
    private readonly Pipe _pipe = new(new PipeOptions(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));

    public void Dispose() => _buffers.Dispose();

    [Fact]
    public async Task WholeHello_IsLeftInThePipe()
    {
        var hello = new RtmpHello(_pipe.Reader);
        await WriteAsync([.. RtmpTestClient.Hello(), 1, 2]);
        Assert.True(await hello.WaitAsync());
        Assert.Equal(0, hello.Bytes.Length);
        Assert.Equal([.. RtmpTestClient.Hello(), 1, 2], await RestAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(1536)]
    public async Task HelloInPieces_IsTakenOutAndNothingOfWhatFollows(int length)
    {
        var hello = new RtmpHello(_pipe.Reader);
        Task<bool> waiting = hello.WaitAsync();
        byte[] whole = RtmpTestClient.Hello();
        foreach (byte[] piece in whole.Concat<byte>([1, 2]).Chunk(length))
        {
            await WriteAsync(piece);
        }

        Assert.True(await waiting);
        Assert.Equal(whole, hello.Bytes.ToArray());
        Assert.Equal([1, 2], await RestAsync());
    }

    [Fact]
    public async Task PieceOfAByte_CostsLittle()
    {
        var hello = new RtmpHello(_pipe.Reader);
        Task<bool> waiting = hello.WaitAsync();
        await WriteAsync([3]);
        hello.Stop();
        Assert.False(await waiting);
        Assert.Equal(1, hello.Bytes.Length);
        Assert.False(_pipe.Reader.TryRead(out _));
    }

    [Fact]
    public async Task OtherVersion_IsLeftToTheSessionAtOnce()
    {
        var hello = new RtmpHello(_pipe.Reader);
        await WriteAsync("G"u8.ToArray());
        Assert.True(await hello.WaitAsync());
        Assert.Equal("G"u8.ToArray(), await RestAsync());
    }

    [Fact]
    public async Task EndOfTheInput_IsLeftToTheSession()
    {
        var hello = new RtmpHello(_pipe.Reader);
        await WriteAsync([3, 0]);
        await _pipe.Writer.CompleteAsync();
        Assert.True(await hello.WaitAsync());
        Assert.True((await _pipe.Reader.ReadAsync(TestContext.Current.CancellationToken)).IsCompleted);
    }

    [Fact]
    public async Task ClientThatSendsItsHelloInPieces_IsServed()
    {
        await using RtmpServerHost host = await RtmpServerHost.StartAsync(_buffers);
        using TestPlayer player = await TestPlayer.DialAsync(host.Port);
        foreach (byte[] piece in RtmpTestClient.Hello().Chunk(500))
        {
            await player.SendAsync(piece);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await player.SendAsync(RtmpTestClient.Finish());
        await player.SendAsync(player.Client.Connect("live"));
        await player.ExpectAsync("_result NetConnection.Connect.Success");
    }

    private async Task WriteAsync(byte[] bytes) => await _pipe.Writer.WriteAsync(bytes, TestContext.Current.CancellationToken);

    private async Task<byte[]> RestAsync()
    {
        await _pipe.Writer.CompleteAsync();
        using var rest = new MemoryStream();
        await _pipe.Reader.CopyToAsync(rest, TestContext.Current.CancellationToken);
        return rest.ToArray();
    }
}
