using MediaGateway.Api;
using MediaGateway.Authorization;
using MediaGateway.Configuration;
using MediaGateway.Connectivity;
using MediaGateway.Diagnostics;
using MediaGateway.Diagnostics.Export;
using MediaGateway.Hooks;
using MediaGateway.Http;
using MediaGateway.Load;
using MediaGateway.Native.Linux;
using MediaGateway.Push;
using MediaGateway.Recording;
using MediaGateway.Relay;
using MediaGateway.Servers.Files;
using MediaGateway.Servers.Flv;
using MediaGateway.Servers.Hls;
using MediaGateway.Servers.Page;
using MediaGateway.Servers.Rtmp;
using MediaGateway.Servers.Rtmp.Tunnel;
using MediaGateway.Servers.Signaling;
using MediaGateway.Servers.Smil;
using MediaGateway.Servers.WebRtc;
using MediaGateway.Servers.Whip;
using MediaGateway.Sessions;
using MediaGateway.Snapshots;
using MediaGateway.Streams;
using MediaGateway.Tls;
using MediaGateway.Vod;
using Microsoft.Extensions.Options;

if (args is [LoadCommand.Name, ..])
{
    return LoadCommand.Run(args);
}

// An area for each core, where the C library would have eight.
NativeHeap.LimitArenas(Math.Max(2, Environment.ProcessorCount));
if (!NativeCheck.Passes(Console.Error))
{
    return NativeCheck.ExitCode;
}

try
{
    // The settings and the page lie beside the program, wherever it is started from.
    WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = args,
        ContentRootPath = AppContext.BaseDirectory,
    });
    // A start that fails is told below, in one line where it can be.
    builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    builder.AddGatewayOptions();
    builder.Services
        .AddAcceptGates()
        .AddDiagnostics()
        .AddSessions()
        .AddHttpViewers()
        .AddAccessControl()
        .AddServerCertificate()
        .AddConnectivity()
        .AddHooks(builder.Configuration)
        .AddStreams()
        .AddVod()
        .AddAudioTranscoders()
        .AddRtmpServer()
        .AddWebRtcServer()
        .AddSignaling()
        .AddWhip()
        .AddSmil()
        .AddHls()
        .AddFiles()
        .AddFlv()
        .AddPush()
        .AddRecording()
        .AddRelay()
        .AddSnapshots()
        .AddApi()
        .AddHostedService<StartAnnouncement>()
        .AddHostedService<SelfTest>();
    builder.WebHost.ConfigureKestrel(GatewayListeners.Configure);

    WebApplication app = builder.Build();
    if (app.Services.GetRequiredService<IOptions<RtmpOptions>>().Value.TunnelEnabled)
    {
        app.UseRtmpTunnel();
    }

    app.UseApiProtection();
    app.MapPage();
    app.MapSignaling();
    app.MapWhip();
    app.MapSmil();
    app.MapHls();
    app.MapFiles();
    app.MapFlv();
    app.MapHealth();
    app.MapMetrics();
    app.MapApi();
    app.MapLiveList();
    app.MapCrossDomainPolicy();
    app.Run();
    return 0;
}
catch (OperationCanceledException)
{
    // It was told to end before all had started: nobody was served yet.
    return 0;
}
catch (Exception exception) when (SettingsFailure.TryDescribe(exception, out string? line))
{
    Console.Error.WriteLine(line);
    return SettingsFailure.ExitCode;
}
catch (Exception exception) when (PortFailure.TryDescribe(exception, out string? line))
{
    Console.Error.WriteLine(line);
    return PortFailure.ExitCode;
}
