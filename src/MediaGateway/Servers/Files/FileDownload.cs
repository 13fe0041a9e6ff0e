using System.Globalization;
using MediaGateway.Api;
using MediaGateway.Diagnostics;
using MediaGateway.Http;
using MediaGateway.Streams;
using MediaGateway.Vod;
using Microsoft.Net.Http.Headers;
using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Servers.Files;

/// <summary>
/// Answers with a file as it is, or a range of it (RFC 9110 14), with what caches need to know. Access control is asked for each request, which
/// is a viewer as long as it lasts. Any thread.
/// </summary>
internal sealed class FileDownload(VodCatalog catalog, HttpViewers viewers, GatewayMetrics metrics, GatewayClock clock, ILogger<FileDownload> logger)
{
    /// <summary>The word of <see cref="Sessions.ClientConnection.Protocol"/>.</summary>
    public const string Protocol = "http";

    private const string Missing = "There is no such file.";

    private static readonly Dictionary<string, string> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".mp4"] = "video/mp4",
        [".m4v"] = "video/mp4",
        [".f4v"] = "video/mp4",
        [".mov"] = "video/quicktime",
        [".m4a"] = "audio/mp4",
        [".f4a"] = "audio/mp4",
        [".flv"] = "video/x-flv",
        [".mp3"] = "audio/mpeg",
    };

    /// <summary>Answers a request to the end.</summary>
    /// <param name="context">The request.</param>
    /// <param name="application">An application that plays files.</param>
    /// <param name="path">What stands behind it in the address.</param>
    public async Task AnswerAsync(HttpContext context, string application, string path)
    {
        if (!VodName.TryParse(path, out VodName? name, out _) || name.Path != path || !Types.TryGetValue(Path.GetExtension(path), out string? type)
            || !StreamKey.TryCreateFile(application, name.Path, out StreamKey key, out _))
        {
            await ProblemReport.NotFound(Missing).ExecuteAsync(context);
            return;
        }

        (HttpViewer? viewer, IResult? refusal) = await viewers.AdmitAsync(context, key, Protocol);
        if (viewer is null)
        {
            await refusal!.ExecuteAsync(context); // one of both is there
            return;
        }

        using (viewer)
        {
            if (viewer.Session.Key != key)
            {
                name = VodName.TryParse(viewer.Session.Key.Name, out VodName? renamed, out _) ? renamed : null;
            }

            using SafeFileHandle? handle = name is null ? null : catalog.OpenAsItIs(application, name with { Prefix = VodName.Exact });
            if (handle is null)
            {
                await ProblemReport.NotFound(Missing).ExecuteAsync(context);
                return;
            }

            using CancellationTokenRegistration ending = viewer.Ending.UnsafeRegister(static request => ((HttpContext)request!).Abort(), context);
            await SendAsync(context, viewer, handle, type);
        }
    }

    private async Task SendAsync(HttpContext context, HttpViewer viewer, SafeFileHandle handle, string type)
    {
        TimeSpan began = clock.Now;
        viewer.Begin();
        metrics.SessionStarted(Protocol, "play");
        SessionEndReason reason = SessionEndReason.PeerClosed;
        try
        {
            DateTimeOffset modified = File.GetLastWriteTimeUtc(handle);
            var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{modified.Ticks:x}-{RandomAccess.GetLength(handle):x}\""));
            context.Response.Headers.CacheControl = "no-cache";
            using IDisposable held = metrics.Resources.Hold(ResourceKind.File);
            using IDisposable answering = metrics.Resources.Hold(ResourceKind.FileDownload);
            await using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
            await TypedResults.Stream(stream, type, fileDownloadName: null, modified, tag, enableRangeProcessing: true).ExecuteAsync(context);
            reason = context.RequestAborted.IsCancellationRequested ? reason : SessionEndReason.Completed;
        }
        finally
        {
            reason = viewer.EndRequest?.Reason ?? reason;
            TimeSpan duration = clock.Now - began;
            metrics.SessionEnded(Protocol, "play", reason, duration);
            logger.FileDownloadEnded(viewer.Session.Connection.Remote, viewer.Session.Key, reason, duration.TotalSeconds);
        }
    }
}
