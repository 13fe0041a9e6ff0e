using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using MediaGateway.Rtmp.Tunnel;
using Microsoft.AspNetCore.Http.Features;

namespace MediaGateway.Servers.Rtmp.Tunnel;

/// <summary>
/// One request of an RTMPT session and its answer. Bytes of a session cannot be said again: whatever goes wrong with a request after its
/// turn has come ends the session.
/// </summary>
internal static class TunnelExchange
{
    /// <summary>The type of every body.</summary>
    public const string ContentType = "application/x-fcs";

    /// <summary>Bytes handed to the HTTP connection at a time.</summary>
    private const int BytesPerFlush = 64 * 1024;

    /// <summary>Answers a request when its turn comes.</summary>
    public static async Task AnswerAsync(HttpContext context, TunnelSession session, RtmptRequest request)
    {
        if (!await session.TryTakeTurnAsync(context.RequestAborted))
        {
            Refuse(context, HttpStatusCode.TooManyRequests);
            return;
        }

        try
        {
            if (session.HasEnded)
            {
                Refuse(context, HttpStatusCode.NotFound);
                return;
            }

            if (!session.Order.TryTake(request.Sequence))
            {
                Refuse(context, HttpStatusCode.BadRequest);
                return;
            }

            await CarryOutAsync(context, session, request.Kind);
        }
        finally
        {
            session.EndTurn();
        }
    }

    /// <summary>Answers without a body.</summary>
    public static void Refuse(HttpContext context, HttpStatusCode status)
    {
        context.Response.StatusCode = (int)status;
        context.Response.ContentLength = 0;
    }

    /// <summary>How large the body of a request may be.</summary>
    public static void LimitBody(HttpContext context, long bytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = bytes;
        }
    }

    private static async Task CarryOutAsync(HttpContext context, TunnelSession session, RtmptRequestKind kind)
    {
        try
        {
            if (kind == RtmptRequestKind.Send)
            {
                LimitBody(context, TunnelLimits.RequestBytes);
                await TakeBodyAsync(context, session);
            }
            else
            {
                LimitBody(context, TunnelLimits.EmptyRequestBytes);
            }

            if (kind == RtmptRequestKind.Close)
            {
                session.Transport.IsClosedByClient = true;
                session.EndInput(null);
            }

            bool mayWait = kind == RtmptRequestKind.Idle || (kind == RtmptRequestKind.Send && session.IsInDialogue);
            await SendAsync(context, session, mayWait ? TunnelLimits.AnswerWait : TimeSpan.Zero);
        }
        catch (BadHttpRequestException exception)
        {
            // Too large, too slow, or no HTTP any more.
            session.EndInput(new IOException(exception.Message, exception));
            if (!context.Response.HasStarted)
            {
                Refuse(context, (HttpStatusCode)exception.StatusCode);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            session.EndInput(new IOException("A request of the tunnel was cut off.", exception));
        }
    }

    /// <summary>Passes a body on as it comes; it is read no faster than it is parsed.</summary>
    private static async Task TakeBodyAsync(HttpContext context, TunnelSession session)
    {
        PipeReader body = context.Request.BodyReader;
        PipeWriter input = session.Pipes.Requests.Writer;
        bool isEnd = false;
        while (!isEnd)
        {
            ReadResult read = await body.ReadAsync(context.RequestAborted);
            foreach (ReadOnlyMemory<byte> segment in read.Buffer)
            {
                input.Write(segment.Span);
            }

            body.AdvanceTo(read.Buffer.End);
            FlushResult taken = await input.FlushAsync(context.RequestAborted);
            isEnd = read.IsCompleted || taken.IsCompleted; // The RTMP session may have ended meanwhile.
        }
    }

    private static async Task SendAsync(HttpContext context, TunnelSession session, TimeSpan mayWait)
    {
        PipeReader output = session.Pipes.Answers.Reader;
        if (await ReadAsync(session, mayWait, context.RequestAborted) is not { } pending)
        {
            await WriteAsync(context, session, default);
            return;
        }

        try
        {
            await WriteAsync(context, session, session.IsAborted ? default : pending.Buffer);
        }
        finally
        {
            output.AdvanceTo(pending.Buffer.End);
        }

        if (pending.IsCompleted)
        {
            session.MarkAllTaken();
        }
    }

    private static async Task WriteAsync(HttpContext context, TunnelSession session, ReadOnlySequence<byte> bytes)
    {
        HttpResponse response = context.Response;
        response.ContentType = ContentType;
        response.ContentLength = 1 + bytes.Length;
        response.Headers.CacheControl = "no-cache";
        PipeWriter writer = response.BodyWriter;
        writer.GetSpan(1)[0] = session.Order.NextInterval(bytes.Length > 0);
        writer.Advance(1);
        while (!bytes.IsEmpty)
        {
            ReadOnlySequence<byte> part = bytes.Slice(0, Math.Min(bytes.Length, BytesPerFlush));
            foreach (ReadOnlyMemory<byte> segment in part)
            {
                writer.Write(segment.Span);
            }

            bytes = bytes.Slice(part.End);
            await FlushAsync(writer, context.RequestAborted);
        }

        await FlushAsync(writer, context.RequestAborted);
    }

    /// <summary>What waits for the client; when that is nothing, what comes within the time; null when there is nothing.</summary>
    private static async ValueTask<ReadResult?> ReadAsync(TunnelSession session, TimeSpan mayWait, CancellationToken cancellationToken)
    {
        PipeReader output = session.Pipes.Answers.Reader;
        if (output.TryRead(out ReadResult result))
        {
            if (!result.Buffer.IsEmpty || result.IsCompleted)
            {
                return result;
            }

            output.AdvanceTo(result.Buffer.Start);
        }

        if (mayWait == TimeSpan.Zero)
        {
            return null;
        }

        session.BeginWait(mayWait);
        while (!session.IsWaitOver)
        {
            result = await output.ReadAsync(cancellationToken);
            if (!result.Buffer.IsEmpty || result.IsCompleted)
            {
                return result;
            }

            output.AdvanceTo(result.Buffer.Start);
        }

        return null;
    }

    private static async ValueTask FlushAsync(PipeWriter writer, CancellationToken cancellationToken)
    {
        FlushResult result = await writer.FlushAsync(cancellationToken);
        if (result.IsCompleted)
        {
            throw new IOException("The client went away before it had the answer.");
        }
    }
}
