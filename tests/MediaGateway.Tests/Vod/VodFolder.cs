using MediaGateway.Configuration;
using MediaGateway.Diagnostics;
using MediaGateway.Testing;
using MediaGateway.Vod;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaGateway.Tests.Vod;

/// <summary>A temporary folder with a root in it, prepared for <see cref="HostileNames"/>, and a catalogue of the root.</summary>
internal sealed class VodFolder : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vod-").FullName;

    /// <summary>Makes the folder.</summary>
    public VodFolder(Action<VodOptions>? configure = null)
    {
        Root = HostileNames.Prepare(_folder, SmallMp4.Make(1));
        var options = new VodOptions { Root = Root };
        configure?.Invoke(options);
        Options = options;
        Clock = new GatewayClock(Time);
        Catalog = new VodCatalog(
            [new VodRoot(["vod"], Root), new VodRoot(["records"], Path.Combine(_folder, "records"))],
            Microsoft.Extensions.Options.Options.Create(options),
            Clock,
            Time,
            new ResourceLedger(),
            NullLogger<VodCatalog>.Instance);
    }

    /// <summary>The folder that the root lies in.</summary>
    public string Outside => _folder;

    /// <summary>The root of the application <c>vod</c>.</summary>
    public string Root { get; }

    /// <summary>The settings.</summary>
    public VodOptions Options { get; }

    /// <summary>Time of the catalogue.</summary>
    public ManualTimeProvider Time { get; } = new();

    /// <summary>Gateway time.</summary>
    public GatewayClock Clock { get; }

    /// <summary>The catalogue.</summary>
    public VodCatalog Catalog { get; }

    /// <summary>Writes a file into the root.</summary>
    public string Write(string name, byte[] bytes)
    {
        string path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Opens a file by its name.</summary>
    public async Task<VodOpening> OpenAsync(string name, string application = "vod") =>
        VodName.TryParse(name, out VodName? parsed, out string? refusal)
            ? await Catalog.OpenAsync(application, parsed)
            : new VodOpening(null, refusal, IsMissing: true);

    /// <inheritdoc/>
    public void Dispose()
    {
        Catalog.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
