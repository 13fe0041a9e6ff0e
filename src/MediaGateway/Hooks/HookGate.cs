using System.Text.Json;
using MediaGateway.Authorization;

namespace MediaGateway.Hooks;

/// <summary>Asks the backend and turns its answer, or the lack of one, into a verdict. Any thread.</summary>
internal sealed class HookGate(HookBackend backend, HookClient client, TimeProvider time, ILogger<HookGate> logger)
{
    private readonly ThrottledCount _nonsense = new(time);

    /// <summary>Asks.</summary>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async ValueTask<AccessVerdict> AskAsync(HookQuestion question, CancellationToken cancellationToken)
    {
        HookAnswer answer = await client.AskAsync(question.Address, question.Method, question.Body, cancellationToken);
        if (answer.IsRefusal)
        {
            return Refuse(question, WordsOf(answer.Body) ?? HookWords.Refusal(question.Method));
        }

        string? fault = answer.Fault;
        if (fault is null)
        {
            if (question.Read(answer) is { } verdict)
            {
                return verdict.IsAllowed ? verdict : Refuse(question, verdict.Reason ?? HookWords.Refusal(question.Method));
            }

            fault = "its answer makes no sense";
            if (_nonsense.Count() is > 0 and long count)
            {
                logger.HookFailed(question.Method, question.Address.GetLeftPart(UriPartial.Path), fault, count);
            }
        }

        bool goesOn = question.OnFault == FaultRule.GoOn || (question.OnFault == FaultRule.NotSaid && backend.FailsOpen(question.Method));
        if (goesOn)
        {
            logger.HookFailedOpen(question.Method, question.Subject, fault);
            return AccessVerdict.Allowed;
        }

        logger.HookRefused(question.Method, question.Subject, fault);
        return AccessVerdict.TryLater(HookWords.CannotBeAsked);
    }

    /// <summary>Reads a JSON body; null when it is none. An empty body is an empty object.</summary>
    public static JsonElement? ReadJson(ReadOnlyMemory<byte> body) =>
        CheckedJson.TryParse(body.IsEmpty ? "{}"u8 : body.Span, HookLimits.AnswerDepth, out JsonElement json) ? json : null;

    private AccessVerdict Refuse(HookQuestion question, string reason)
    {
        if (question.OnFault == FaultRule.GoOn)
        {
            logger.HookFailedOpen(question.Method, question.Subject, "the backend refused, but had said LOG about errors of this hook");
            return AccessVerdict.Allowed;
        }

        logger.HookRefused(question.Method, question.Subject, "the backend said no");
        return AccessVerdict.Refused(reason);
    }

    /// <summary>What the backend says to the client with its refusal, made safe to show; null when it says nothing.</summary>
    private static string? WordsOf(ReadOnlyMemory<byte> body)
    {
        if (ReadJson(body) is not { ValueKind: JsonValueKind.Object } json)
        {
            return null;
        }

        foreach (string name in new[] { "info", "reason", "message" })
        {
            if (json.TryGetProperty(name, out JsonElement words) && words.ValueKind == JsonValueKind.String)
            {
                return HookWords.Printable(words.GetString()!);
            }
        }

        return null;
    }
}
