namespace MediaGateway.Recording;

/// <summary>The place of one piece of work in the line of <see cref="RecordingWriters"/>: it stands there once, and is done by one thread at a time. Any thread.</summary>
internal sealed class WriterPlace(RecordingWriters writers, IWriterWork work)
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Running = 2;
    private const int RunningAndDue = 3;

    private int _state;

    /// <summary>Something is due.</summary>
    public void Wake()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            int next = state switch
            {
                Idle => Waiting,
                Running => RunningAndDue,
                _ => state,
            };
            if (next == state || Interlocked.CompareExchange(ref _state, next, state) != state)
            {
                if (next == state)
                {
                    return;
                }

                continue;
            }

            if (next == Waiting)
            {
                writers.Post(this);
            }

            return;
        }
    }

    /// <summary>Takes a turn, and stands in line again when something came meanwhile. Only the writers' threads call it.</summary>
    public void Run()
    {
        Volatile.Write(ref _state, Running);
        work.Turn();
        if (Interlocked.CompareExchange(ref _state, Idle, Running) != Running)
        {
            Volatile.Write(ref _state, Waiting);
            writers.Post(this);
        }
    }
}
