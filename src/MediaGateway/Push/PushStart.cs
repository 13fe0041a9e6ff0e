namespace MediaGateway.Push;

/// <summary>What became of the wish to begin a push.</summary>
internal enum PushStart
{
    /// <summary>It has begun.</summary>
    Started,

    /// <summary>The stream is pushed to that address already.</summary>
    Duplicate,

    /// <summary>There are as many pushes as there may be.</summary>
    TooMany,
}
