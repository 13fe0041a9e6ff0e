using System.Net;
using System.Text;
using MediaGateway.Rtmp.Tunnel;

namespace MediaGateway.Servers.Rtmp.Tunnel;

/// <summary>RTMPT over HTTP: which request belongs to it, and what it is answered.</summary>
internal static class TunnelEndpoints
{
    /// <summary>
    /// Answers the requests of RTMPT. Comes before the page: its headers are nothing to these clients, of whom some look for few bytes
    /// before the body.
    /// </summary>
    public static void UseRtmpTunnel(this WebApplication app)
    {
        TunnelSessions sessions = app.Services.GetRequiredService<TunnelSessions>();
        app.Use((context, next) => InvokeAsync(context, next, sessions));
    }

    private static Task InvokeAsync(HttpContext context, RequestDelegate next, TunnelSessions sessions)
    {
        if (RtmptRequest.TryParse(context.Request.Path.Value, out RtmptRequest request) && HttpMethods.IsPost(context.Request.Method))
        {
            return AnswerAsync(context, request, sessions);
        }

        if (context.Features.Get<TunnelOnly>() is null)
        {
            return next(context);
        }

        TunnelExchange.Refuse(context, HttpStatusCode.NotFound);
        return Task.CompletedTask;
    }

    private static Task AnswerAsync(HttpContext context, RtmptRequest request, TunnelSessions sessions)
    {
        // Pages of other origins can post only few types without asking first; this is none of them.
        if (request.Kind != RtmptRequestKind.OtherAddress && !HasType(context.Request))
        {
            TunnelExchange.Refuse(context, HttpStatusCode.UnsupportedMediaType);
            return Task.CompletedTask;
        }

        switch (request.Kind)
        {
            case RtmptRequestKind.OtherAddress:
                TunnelExchange.Refuse(context, HttpStatusCode.NotFound);
                return Task.CompletedTask;
            case RtmptRequestKind.Open:
                return OpenAsync(context, sessions);
            default:
                return GoOnAsync(context, request, sessions);
        }
    }

    private static async Task OpenAsync(HttpContext context, TunnelSessions sessions)
    {
        TunnelExchange.LimitBody(context, TunnelLimits.EmptyRequestBytes);
        if (sessions.TryOpen(context) is not { } id)
        {
            TunnelExchange.Refuse(context, HttpStatusCode.ServiceUnavailable);
            return;
        }

        // No interval byte, but the end of the line, by which librtmp finds the end of the id.
        byte[] body = Encoding.ASCII.GetBytes($"{id}\n");
        context.Response.ContentType = TunnelExchange.ContentType;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-cache";
        await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    private static async Task GoOnAsync(HttpContext context, RtmptRequest request, TunnelSessions sessions)
    {
        if (sessions.Find(request.SessionId, context) is not { } session)
        {
            TunnelExchange.LimitBody(context, TunnelLimits.EmptyRequestBytes);
            TunnelExchange.Refuse(context, HttpStatusCode.NotFound);
            return;
        }

        try
        {
            await TunnelExchange.AnswerAsync(context, session, request);
        }
        catch (OperationCanceledException)
        {
            // The client went away before its turn came.
        }
    }

    private static bool HasType(HttpRequest request) =>
        request.ContentType?.StartsWith(TunnelExchange.ContentType, StringComparison.OrdinalIgnoreCase) == true;
}
