using MediaGateway.Configuration;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp;
using MediaGateway.Vod;
using Microsoft.Extensions.Options;

namespace MediaGateway.Servers.Rtmp;

/// <summary>What playing files over RTMP works with. Immutable; shared by all connections.</summary>
/// <param name="Catalog">The files.</param>
/// <param name="Pump">What reads them.</param>
/// <param name="Buffers">Where messages are rented.</param>
/// <param name="Settings">The settings.</param>
internal sealed record RtmpFileServices(VodCatalog Catalog, VodPump Pump, BufferPool Buffers, IOptions<VodOptions> Settings)
{
    /// <summary>The least that a player is sent ahead of time, whatever it asks for.</summary>
    public static readonly TimeSpan LeastBuffer = TimeSpan.FromMilliseconds(500);

    /// <summary>The settings.</summary>
    public VodOptions Options => Settings.Value;

    /// <summary>The name of a file as it was asked for, prefix included: what follows the application in both halves of the address.</summary>
    public static string NameOf(RtmpUrl url)
    {
        string path = string.Join('/', (url.App.Path + "/" + url.Name.Path).Split('/', StringSplitOptions.RemoveEmptyEntries));
        return path.StartsWith(url.Application + "/", StringComparison.Ordinal) ? path[(url.Application.Length + 1)..] : "";
    }
}
