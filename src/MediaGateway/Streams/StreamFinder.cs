namespace MediaGateway.Streams;

/// <summary>
/// Finds the stream that a viewer wants, on every protocol: what is published here, else what one of the sources can bring. Any thread.
/// </summary>
/// <param name="registry">What is published.</param>
/// <param name="sources">Asked in the order in which they were registered; the first that answers for the name decides.</param>
internal sealed class StreamFinder(StreamRegistry registry, IEnumerable<IStreamSource> sources)
{
    private readonly IStreamSource[] _sources = [.. sources];

    /// <summary>Looks for a stream. Returns at once.</summary>
    public StreamSearch Find(in StreamQuery query)
    {
        if (registry.Find(query.Key) is { } stream)
        {
            return StreamSearch.Found(stream);
        }

        foreach (IStreamSource source in _sources)
        {
            StreamSearch search = source.Find(query);
            if (search.IsAnswer)
            {
                return search;
            }
        }

        return default;
    }
}
