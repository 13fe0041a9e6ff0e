namespace MediaGateway.Recording;

/// <summary>Something that the writers' threads do bit by bit.</summary>
internal interface IWriterWork
{
    /// <summary>Does what is due; may wait for the disk. Never called by two threads at once, and never throws.</summary>
    void Turn();
}
