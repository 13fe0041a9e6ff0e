namespace MediaGateway.Streams;

/// <summary>
/// One way to bring a stream that nobody publishes here: a level of a ladder, a pull from an origin. It is asked only for names that the
/// registry does not have. Any thread.
/// </summary>
internal interface IStreamSource
{
    /// <summary>
    /// Looks for the stream, and begins to bring it where that takes time; returns at once. Asked again for a name that is on its way, it
    /// says the same and begins nothing.
    /// </summary>
    /// <returns>The stream, a promise, a refusal; <c>default</c> when the name is none of this source's.</returns>
    StreamSearch Find(in StreamQuery query);
}
