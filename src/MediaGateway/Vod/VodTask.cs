namespace MediaGateway.Vod;

/// <summary>
/// Something that reads a file little by little, in time: one viewer. <see cref="Work"/> and <see cref="Abandon"/> are called by the one thread of
/// the <see cref="VodPump"/> that it was given to; <see cref="Wake"/> from any thread.
/// </summary>
internal abstract class VodTask
{
    private volatile VodPumpThread? _thread;
    private int _isPosted;

    /// <summary>When it wants its next turn; the thread's.</summary>
    internal TimeSpan DueAt { get; set; } = TimeSpan.MaxValue;

    /// <summary>Whether it has ended; the thread's.</summary>
    internal bool IsOver { get; set; }

    /// <summary>Asks for a turn soon.</summary>
    public void Wake()
    {
        if (_thread is { } thread && Interlocked.Exchange(ref _isPosted, 1) == 0)
        {
            thread.Post(this);
        }
    }

    /// <summary>Reads what is due, but not for long: others wait.</summary>
    /// <param name="now">Gateway time.</param>
    /// <returns>When it wants its next turn; <see cref="TimeSpan.MaxValue"/> when it is woken; null when it has ended, and holds nothing any more.</returns>
    public abstract TimeSpan? Work(TimeSpan now);

    /// <summary>It gets no further turn, because it failed or because the gateway ends: lets everything go.</summary>
    /// <param name="failure">In words, what failed; null at the end.</param>
    public abstract void Abandon(string? failure);

    /// <summary>The task belongs to a thread now.</summary>
    internal void Assign(VodPumpThread thread)
    {
        _thread = thread;
        Wake();
    }

    /// <summary>Must come before the task's turn, so that what is posted meanwhile brings it back.</summary>
    internal void ClearPosted() => Interlocked.Exchange(ref _isPosted, 0);
}
