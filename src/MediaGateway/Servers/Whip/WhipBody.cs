using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using MediaGateway.Api;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MediaGateway.Servers.Whip;

/// <summary>Reads what a request carries: at most <see cref="WhipLimits.BodyBytes"/> within <see cref="WhipLimits.BodyTime"/>. Any thread.</summary>
internal sealed class WhipBody(TimeProvider time)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text, or the answer that says what is wrong with it.</summary>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async Task<(string? Text, IResult? Refusal)> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > WhipLimits.BodyBytes)
        {
            return (null, TooLarge());
        }

        using var limit = new CancellationTokenSource(WhipLimits.BodyTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        try
        {
            return await ReadAsync(context.Request.BodyReader, either.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return (null, WhipProblem.Answer(StatusCodes.Status408RequestTimeout, "The session description did not come in time."));
        }
        catch (BadHttpRequestException exception)
        {
            return (null, WhipProblem.Answer(exception.StatusCode, "The request's body did not come as its header says."));
        }
    }

    private static async Task<(string? Text, IResult? Refusal)> ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await reader.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.Length > WhipLimits.BodyBytes)
            {
                reader.AdvanceTo(buffer.End);
                return (null, TooLarge());
            }

            if (result.IsCompleted)
            {
                (string?, IResult?) read = Decode(buffer);
                reader.AdvanceTo(buffer.End);
                return read;
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static (string? Text, IResult? Refusal) Decode(ReadOnlySequence<byte> buffer)
    {
        try
        {
            return (Utf8.GetString(buffer), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, WhipProblem.BadRequest("The session description is not UTF-8."));
        }
    }

    private static JsonHttpResult<ProblemReport> TooLarge() => WhipProblem.Answer(
        StatusCodes.Status413PayloadTooLarge, $"A session description may have {WhipLimits.BodyBytes} bytes, no more.");
}
