using System.Net.Sockets;
using MediaGateway.EndToEndTests.Analysis;
using MediaGateway.EndToEndTests.Gateway;
using MediaGateway.EndToEndTests.Players;
using MediaGateway.EndToEndTests.Publishers;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>More connections in one burst than the process may have files. Needs ffmpeg.</summary>
[Collection(Lane.Programs)]
public sealed class FewFilesTests
{
    private const int Files = 1024;
    private const int BurstOfEach = 450;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task BurstsOfMoreConnectionsThanFiles_EndNobodyAndTheNextIsServed()
    {
        string file = await TestMedia.ShareFlvAsync(60, 640, 360, TestMedia.EncoderH264(bFrames: 0));
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(
            new Dictionary<string, string?> { ["Rtmp__MaximumIdleConnectionsPerAddress"] = "10000" }, openFiles: Files);
        using RtmpTagPublisher publisher = RtmpTagPublisher.Start(gateway.RtmpAddress("good"), file);
        await gateway.WaitForStreamAsync("good", Patience, () => "");
        using RtmpPlayer player = RtmpPlayer.Start(gateway.RtmpAddress("good"));
        await Wait.UntilAsync(() => player.Messages.Any(message => message.IsPicture), Patience, () => "a picture");

        for (int burst = 0; burst < 3; burst++)
        {
            List<Socket> sockets = [];
            for (int index = 0; index < BurstOfEach; index++)
            {
                sockets.Add(Dial(gateway.RtmpPort));
                sockets.Add(Dial(gateway.Page.Port));
            }

            int seen = player.Messages.Count;
            await Wait.UntilAsync(() => player.Messages.Count > seen + 60, Patience, () => $"a second of media beside the burst:\n{gateway.Log}");
            sockets.ForEach(socket => socket.Dispose());
        }

        Assert.False(player.IsClosed);
        using RtmpPlayer next = RtmpPlayer.Start(gateway.RtmpAddress("good"));
        await Wait.UntilAsync(() => next.Messages.Any(message => message.IsPicture), Patience, () => $"a picture for the next viewer:\n{gateway.Log}");
        Assert.DoesNotContain("Too many open files", gateway.Log, StringComparison.Ordinal);
    }

    private static Socket Dial(int port)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            socket.Connect("127.0.0.1", port);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // It goes on by itself.
        }

        return socket;
    }
}
