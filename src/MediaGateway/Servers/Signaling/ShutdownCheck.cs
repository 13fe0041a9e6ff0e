namespace MediaGateway.Servers.Signaling;

/// <summary>
/// Takes no new page while the gateway shuts down. Pages that lost their connection to it come back at once, and each one let in would
/// hold the shutdown up for as long as the host waits for open connections.
/// </summary>
internal sealed class ShutdownCheck(IHostApplicationLifetime lifetime) : IMiddleware
{
    /// <inheritdoc/>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!lifetime.ApplicationStopping.IsCancellationRequested
            || !context.Request.Path.StartsWithSegments(SignalingServiceCollectionExtensions.HubPath, StringComparison.OrdinalIgnoreCase))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }
}
