using System.Diagnostics;
using MediaGateway.Native.Linux;
using MediaGateway.Native.OpenSsl;
using Xunit;

namespace MediaGateway.Native.Tests.OpenSsl;

/// <summary>
/// Handshakes over a network that loses datagrams. OpenSSL's timer reads the system's clock, so these tests take real time; all
/// pairs run side by side, and which datagram of each direction is lost does not depend on time.
/// </summary>
public sealed class DtlsLossTests : IDisposable
{
    private readonly OpenSslDtlsEndpointFactory _factory = new();

    public void Dispose() => _factory.Dispose();

    [Fact]
    public void AnyOneDatagramLost_StillConnects()
    {
        List<DtlsPair> pairs = [];
        for (int lost = 0; lost < 12; lost++)
        {
            int index = lost;
            pairs.Add(NewPair((fromClient, number) => fromClient && number == index));
            pairs.Add(NewPair((fromClient, number) => !fromClient && number == index));
        }

        RunToTheEnd(pairs, TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(20, 60)]
    [InlineData(50, 120)]
    public void RandomLoss_StillConnects(int percent, int seconds)
    {
        List<DtlsPair> pairs = [];
        for (int seed = 1; seed <= 6; seed++)
        {
            var random = new Random(seed);
            bool[] lost = Enumerable.Range(0, 1000).Select(_ => random.Next(100) < percent).ToArray();
            pairs.Add(NewPair((fromClient, number) => lost[((number * 2) + (fromClient ? 1 : 0)) % lost.Length]));
        }

        RunToTheEnd(pairs, TimeSpan.FromSeconds(seconds));
    }

    private static void RunToTheEnd(List<DtlsPair> pairs, TimeSpan limit)
    {
        using var never = new EventFd();
        using var pause = new Poller(never.Handle);
        long start = Stopwatch.GetTimestamp();
        while (pairs.Exists(pair => !pair.IsConnected && !pair.HasEnded) && Stopwatch.GetElapsedTime(start) < limit)
        {
            foreach (DtlsPair pair in pairs)
            {
                pair.Pump();
                pair.HandleTimeouts();
            }

            pause.Wait(TimeSpan.FromMilliseconds(5));
        }

        Assert.All(pairs, pair => Assert.True(pair.IsConnected, $"{pair.Server.State} {pair.Server.FailureReason} {pair.Client.Failure}"));
        pairs.ForEach(pair => pair.Dispose());
    }

    private DtlsPair NewPair(Func<bool, int, bool> loses) =>
        new(_factory.CreateServer(), new DtlsTestClient(mtu: 400, alpnBytes: 500)) { Loses = loses };
}
