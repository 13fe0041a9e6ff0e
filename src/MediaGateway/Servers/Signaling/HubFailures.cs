using Microsoft.AspNetCore.SignalR;

namespace MediaGateway.Servers.Signaling;

/// <summary>
/// Logs a call of the page, or its coming and going, that broke on a mistake of ours, once and in words, in place of SignalR, which logs every
/// refusal and every page that sends nonsense the same way, each with its stack.
/// </summary>
internal sealed class HubFailures(ILogger<HubFailures> logger) : IHubFilter
{
    /// <summary>The category of SignalR that calls every refusal a failure; what it says is said here.</summary>
    public const string DispatcherCategory = "Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher";

    /// <summary>The category that calls every page that ends by nonsense a failure; <see cref="PageProtocol"/> counts those.</summary>
    public const string ConnectionCategory = "Microsoft.AspNetCore.SignalR.HubConnectionHandler";

    /// <summary>The category that does so for what is no handshake, and for messages to pages that have gone.</summary>
    public const string ContextCategory = "Microsoft.AspNetCore.SignalR.HubConnectionContext";

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

    /// <inheritdoc/>
    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        try
        {
            await next(context);
        }
        catch (Exception exception)
        {
            logger.CallFailed(exception, nameof(OnConnectedAsync));
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        try
        {
            await next(context, exception);
        }
        catch (Exception failure)
        {
            logger.CallFailed(failure, nameof(OnDisconnectedAsync));
            throw;
        }
    }

    /// <summary>Whether it is a refusal, or the end of a call whose page has gone.</summary>
    private static bool IsExpected(Exception exception, HubCallerContext caller) =>
        exception is HubException || (exception is OperationCanceledException && caller.ConnectionAborted.IsCancellationRequested);
}
