namespace MediaGateway.Streams;

/// <summary>Waits for streams that are on their way, for servers whose answer can wait.</summary>
internal static class AwaitedStream
{
    /// <summary>Looks for a stream, and waits for one that is being brought.</summary>
    /// <param name="finder">Who finds it.</param>
    /// <param name="registry">Where it will be published.</param>
    /// <param name="query">What is wanted.</param>
    /// <param name="time">Counts the patience.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream; or without one, in words why not, which is null when nobody knows the name.</returns>
    public static async Task<(LiveStream? Stream, string? Refusal)> FindAsync(
        this StreamFinder finder, StreamRegistry registry, StreamQuery query, TimeProvider time, CancellationToken cancellationToken)
    {
        StreamSearch search = finder.Find(query);
        if (search.Stream is not null || search.Patience <= TimeSpan.Zero)
        {
            return (search.Stream, search.Refusal);
        }

        var arrival = new TaskCompletionSource<(LiveStream?, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        using IDisposable? wait = registry.WaitFor(
            query.Key, stream => arrival.TrySetResult((stream, null)), words => arrival.TrySetResult((null, words)));
        if (wait is null)
        {
            return (null, "There is no such stream, and too many wait for others.");
        }

        try
        {
            return await arrival.Task.WaitAsync(search.Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return (null, null);
        }
    }
}
