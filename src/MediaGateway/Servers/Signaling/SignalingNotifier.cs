using MediaGateway.Diagnostics;
using MediaGateway.Streams;
using Microsoft.AspNetCore.SignalR;

namespace MediaGateway.Servers.Signaling;

/// <summary>Sends messages to the pages and ends the streams of pages that have gone.</summary>
internal sealed class SignalingNotifier(
    SignalingSessions sessions,
    IPeerSessions publishing,
    IHubContext<SignalingHub> hub,
    TimeProvider time,
    ILogger<SignalingNotifier> logger) : BackgroundService
{
    /// <summary>WCS's words for the end of a stream whose page did not come back.</summary>
    public const string PageStayedAway = "Stopped by session disconnect";

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(SendAsync(stoppingToken), SweepAsync(stoppingToken));

    private async Task SendAsync(CancellationToken stoppingToken)
    {
        await foreach (SignalingMessage queued in sessions.Messages.ReadAllAsync(stoppingToken))
        {
            SignalingMessage? message = queued is RawDataMessage data ? data.Read() : queued;
            if (message is null || sessions.ReceiverOf(message) is not { } connectionId)
            {
                continue;
            }

            try
            {
                await hub.Clients.Client(connectionId).SendAsync(message.Method, message, stoppingToken);
            }
            catch (Exception exception) when (exception is IOException or InvalidOperationException)
            {
                logger.StatusNotDelivered(message.MediaSessionId, exception.Message);
            }
        }
    }

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (string id in sessions.Abandoned())
            {
                publishing.TryEnd(id, SessionEndReason.Timeout, PageStayedAway);
            }
        }
    }
}
