using System.Runtime.InteropServices;
using MediaGateway.EndToEndTests.Tools;
using Xunit;

namespace MediaGateway.EndToEndTests.Network;

/// <summary>
/// A network namespace of its own, joined to ours by a pair of virtual cables whose far end gets no more than a given rate (tc tbf, a
/// queue of 200 ms). Real TCP with real losses. Needs root, ip and tc; without them the test is skipped.
/// </summary>
internal sealed partial class NarrowNetwork : IAsyncDisposable
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly string _name = $"mgw{Random.Shared.Next(100_000)}";
    private readonly int _subnet = Random.Shared.Next(254);

    private NarrowNetwork()
    {
    }

    /// <summary>Our address, as seen from there.</summary>
    public string GatewayAddress => $"10.219.{_subnet}.1";

    private string NearEnd => $"{_name}a";

    /// <summary>Makes it.</summary>
    /// <param name="rate">In the words of tc, such as <c>5mbit</c>.</param>
    public static async Task<NarrowNetwork> CreateAsync(string rate)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Left out: only root can make network namespaces.");
        var network = new NarrowNetwork();
        string far = $"{network._name}b";
        await IpAsync("netns", "add", network._name);
        await IpAsync("link", "add", network.NearEnd, "type", "veth", "peer", "name", far);
        await IpAsync("link", "set", far, "netns", network._name);
        await IpAsync("addr", "add", $"{network.GatewayAddress}/30", "dev", network.NearEnd);
        await IpAsync("link", "set", network.NearEnd, "up");
        await IpAsync("-n", network._name, "addr", "add", $"10.219.{network._subnet}.2/30", "dev", far);
        await IpAsync("-n", network._name, "link", "set", far, "up");
        await network.TcAsync("add", rate);
        return network;
    }

    /// <summary>Changes the rate; what lies in the queue stays there.</summary>
    public Task LimitAsync(string rate) => TcAsync("change", rate);

    /// <summary>Runs something on a thread that lives in the namespace: sockets that it makes stay there.</summary>
    public T Run<T>(Func<T> action)
    {
        T? result = default;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle($"/run/netns/{_name}");
                int error = setns(file, NewNetwork);
                Assert.True(error == 0, $"setns failed: {Marshal.GetLastPInvokeError()}");
                result = action();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException("It failed in the namespace.", failure);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The cable's far end goes with the namespace, and the near end with the far one; but not at once.
        await IpAsync("link", "del", NearEnd);
        await IpAsync("netns", "del", _name);
    }

    private static Task<string> IpAsync(params string[] arguments) => ToolProcess.RunAsync(Tool.Require("ip"), arguments, Limit);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(SafeHandle fd, int nstype);

    private Task<string> TcAsync(string verb, string rate) => ToolProcess.RunAsync(
        Tool.Require("tc"),
        ["qdisc", verb, "dev", NearEnd, "root", "tbf", "rate", rate, "burst", "5kb", "latency", "200ms"],
        Limit);
}
