using System.Globalization;
using MediaGateway.Configuration;
using MediaGateway.Relay;
using MediaGateway.Rtmp;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Smil;

/// <summary>
/// The address that a manifest sends its player to: one of the nodes, another one for each manifest, or this gateway under the name by which
/// the manifest was asked for.
/// </summary>
internal sealed class SmilBase(NodeChooser nodes, IOptionsMonitor<RtmpOptions> rtmp)
{
    /// <summary>The RTMP address of an application, with a slash at the end.</summary>
    public string Choose(string application, HostString host)
    {
        string address = nodes.Choose()?.AddressOf(application) ?? Own(application, host);
        return address.TrimEnd('/') + "/";
    }

    private string Own(string application, HostString host)
    {
        int port = rtmp.CurrentValue.Port;
        string suffix = port == RtmpTargetUrl.DefaultPort ? "" : string.Create(CultureInfo.InvariantCulture, $":{port}");
        return $"rtmp://{(string.IsNullOrEmpty(host.Host) ? "localhost" : host.Host)}{suffix}/{application}";
    }
}
