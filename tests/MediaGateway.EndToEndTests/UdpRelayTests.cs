using System.Net;
using System.Net.Sockets;
using MediaGateway.EndToEndTests.Network;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests;

/// <summary>The network that stands between browser and gateway in other tests does what it says.</summary>
[Collection(Lane.Programs)]
public sealed class UdpRelayTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Relay_PassesBothWaysAndChangesTheAddressThatTheTargetSees()
    {
        using UdpClient target = new(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpClient client = new(new IPEndPoint(IPAddress.Loopback, 0));
        using UdpRelay relay = new() { Target = (IPEndPoint)target.Client.LocalEndPoint! };
        IPEndPoint front = new(IPAddress.Loopback, relay.Port);

        await client.SendAsync(new byte[] { 1 }, front, TestContext.Current.CancellationToken);
        UdpReceiveResult first = await ReceiveAsync(target);
        await target.SendAsync(new byte[] { 2 }, first.RemoteEndPoint, TestContext.Current.CancellationToken);
        UdpReceiveResult answer = await ReceiveAsync(client);
        relay.ChangeAddress();
        IPEndPoint later = first.RemoteEndPoint;
        while (later.Equals(first.RemoteEndPoint))
        {
            await client.SendAsync(new byte[] { 3 }, front, TestContext.Current.CancellationToken);
            later = (await ReceiveAsync(target)).RemoteEndPoint;
        }

        await target.SendAsync(new byte[] { 4 }, later, TestContext.Current.CancellationToken);
        UdpReceiveResult afterwards = await ReceiveAsync(client);

        Assert.Equal([1], first.Buffer);
        Assert.Equal([2], answer.Buffer);
        Assert.Equal(front, answer.RemoteEndPoint);
        Assert.Equal([4], afterwards.Buffer);
    }

    [Fact]
    public void Link_DeliversAtItsRateAndDropsWhatTheQueueDoesNotHold()
    {
        ImpairedLink link = new(1) { Conditions = new LinkConditions { BitsPerSecond = 1_000_000, Queue = TimeSpan.FromMilliseconds(500) } };

        // Twice the rate for two seconds: 972 bytes and 28 of headers every 4 ms.
        List<TimeSpan> arrivals = [];
        for (TimeSpan now = TimeSpan.Zero; now < TimeSpan.FromSeconds(3); now += TimeSpan.FromMilliseconds(4))
        {
            if (now < TimeSpan.FromSeconds(2))
            {
                link.Enter(new LinkDatagram(new byte[972], 0), now);
            }

            while (link.TryLeave(now, out _))
            {
                arrivals.Add(now);
            }
        }

        Assert.Equal(500, link.Entered);
        Assert.InRange(link.Overflowed, 180, 195);
        Assert.Equal(link.Entered - link.Overflowed, arrivals.Count);
        Assert.InRange(arrivals.Count(at => at < TimeSpan.FromSeconds(1)), 122, 126);
        Assert.InRange(arrivals[^1].TotalSeconds, 2.45, 2.55);
    }

    [Fact]
    public void Link_LosesDuplicatesDelaysAndReordersInTheSharesSaid()
    {
        ImpairedLink link = new(7)
        {
            Conditions = new LinkConditions
            {
                Loss = 0.1,
                Duplication = 0.05,
                Reordering = 0.05,
                ReorderDelay = TimeSpan.FromMilliseconds(25),
                Delay = TimeSpan.FromMilliseconds(50),
                Jitter = TimeSpan.FromMilliseconds(5),
            },
        };
        List<(byte[] Payload, TimeSpan Delay)> received = [];
        for (int i = 0; i < 20_000; i++)
        {
            TimeSpan now = TimeSpan.FromMilliseconds(i);
            if (i < 10_000)
            {
                link.Enter(new LinkDatagram(BitConverter.GetBytes(i), 0), now);
            }

            while (link.TryLeave(now, out LinkDatagram datagram))
            {
                received.Add((datagram.Payload, now - TimeSpan.FromMilliseconds(BitConverter.ToInt32(datagram.Payload))));
            }
        }

        int[] order = [.. received.Select(one => BitConverter.ToInt32(one.Payload))];
        Assert.InRange(link.Lost, 900, 1100);
        Assert.InRange(order.Length - order.Distinct().Count(), 380, 520);
        Assert.InRange(received.Count(one => one.Delay > TimeSpan.FromMilliseconds(62)), 380, 520);
        Assert.All(received, one => Assert.InRange(one.Delay.TotalMilliseconds, 45, 86));
        int[] inTime = [.. received.Where(one => one.Delay <= TimeSpan.FromMilliseconds(62)).Select(one => BitConverter.ToInt32(one.Payload))];
        Assert.Equal(inTime.Order(), inTime);
    }

    private static async Task<UdpReceiveResult> ReceiveAsync(UdpClient client) =>
        await client.ReceiveAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken);
}
