using MediaGateway.Configuration;
using MediaGateway.Relay;
using MediaGateway.Tests.Configuration;
using Xunit;

namespace MediaGateway.Tests.Relay;

/// <summary>Which node the next viewer is sent to.</summary>
public sealed class NodeChooserTests
{
    [Fact]
    public void Nodes_AreChosenByWeightAndEvenly()
    {
        using NodeChooser nodes = Make(("rtmp://a", 5, false), ("rtmp://b", 1, false), ("rtmp://c", 1, false));

        Assert.Equal("aabacaa" + "aabacaa", Choose(nodes, 14));
    }

    [Fact]
    public void DrainedAndWeightless_AreNeverChosen()
    {
        using NodeChooser nodes = Make(("rtmp://a", 1, true), ("rtmp://b", 0, false), ("rtmp://c", 1, false));
        Assert.Equal("ccc", Choose(nodes, 3));

        Assert.True(nodes.Drain("C", true));
        Assert.Null(nodes.Choose());
        Assert.True(nodes.Drain("a", false));
        Assert.Equal("aa", Choose(nodes, 2));
        Assert.False(nodes.Drain("d", true));
    }

    [Fact]
    public void ChangedSettings_HoldFromThenOn()
    {
        var settings = new Fixed<RelayOptions>(new RelayOptions());
        using var nodes = new NodeChooser(settings);
        Assert.Null(nodes.Choose());

        settings.Change(new RelayOptions { Nodes = { new() { Address = "rtmp://a" } } });

        Assert.Equal("aa", Choose(nodes, 2));
    }

    [Theory]
    [InlineData("rtmp://a/live", true)]
    [InlineData("RTMP://A:1935/live/", true)]
    [InlineData("rtmp://a:1936/live", false)]
    [InlineData("rtmps://b/live?x=1", true)]
    [InlineData("rtmp://b:443/live", true)]
    [InlineData("rtmp://c/live", false)]
    [InlineData("", false)]
    public void ClientAtANode_IsKnownByItsAddress(string address, bool isAtNode)
    {
        using NodeChooser nodes = Make(("rtmp://a/edge", 1, false), ("rtmps://b", 1, true));

        Assert.Equal(isAtNode, nodes.IsAtNode(address));
    }

    [Theory]
    [InlineData("rtmp://a", "rtmp://a/live?x=1")]
    [InlineData("rtmp://a:1940/", "rtmp://a:1940/live?x=1")]
    [InlineData("rtmp://a/edge/", "rtmp://a/edge")]
    public void AddressOfAnApplication_IsTheNodesOwnOrTheViewers(string address, string expected)
    {
        using NodeChooser nodes = Make((address, 1, false));

        Assert.Equal(expected, nodes.Choose()?.AddressOf("live?x=1"));
    }

    private static string Choose(NodeChooser nodes, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => nodes.Choose()!.Id));

    private static NodeChooser Make(params (string Address, int Weight, bool Drain)[] nodes)
    {
        var options = new RelayOptions();
        foreach ((string address, int weight, bool drain) in nodes)
        {
            options.Nodes.Add(new RelayNodeOptions { Address = address, Weight = weight, Drain = drain });
        }

        return new NodeChooser(new Fixed<RelayOptions>(options));
    }
}
