using Microsoft.AspNetCore.SignalR;

namespace MediaGateway.Servers.Signaling;

/// <summary>
/// Logs a call of the page that broke on a mistake of ours, once and in words, in place of SignalR, which logs every refusal the same way.
/// </summary>
internal sealed class HubFailures(ILogger<HubFailures> logger) : IHubFilter
{
    /// <summary>The category of SignalR that calls every refusal a failure; what it says is said here.</summary>
    public const string DispatcherCategory = "Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher";

    /// <summary>What the page is told.</summary>
    public const string Words = "The gateway failed at this; its log says more.";

    /// <inheritdoc/>
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        ArgumentNullException.ThrowIfNull(invocationContext);
        ArgumentNullException.ThrowIfNull(next);
        try
        {
            return await next(invocationContext);
        }
        catch (Exception exception) when (!IsExpected(exception, invocationContext.Context))
        {
            logger.CallFailed(exception, invocationContext.HubMethodName);
            throw new HubException(Words);
        }
    }

    /// <summary>Whether it is a refusal, or the end of a call whose page has gone.</summary>
    private static bool IsExpected(Exception exception, HubCallerContext caller) =>
        exception is HubException || (exception is OperationCanceledException && caller.ConnectionAborted.IsCancellationRequested);
}
