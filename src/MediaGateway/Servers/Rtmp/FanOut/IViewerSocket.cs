using MediaGateway.Native.Linux;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>What a viewer's bytes go into: a bare TCP socket, a pipe, or a test's record. Used by the worker's thread only.</summary>
internal interface IViewerSocket
{
    /// <summary>Starts to watch for room, which is told in one of two ways.</summary>
    /// <param name="queue">The worker's events, for those that have a descriptor.</param>
    /// <param name="token">The viewer's token in them.</param>
    /// <param name="hasRoom">To be called, by any thread, by those that have none.</param>
    void Register(EventQueue queue, ulong token, Action hasRoom);

    /// <summary>Sends as much of the batch as is taken at once; never blocks.</summary>
    /// <param name="batch">What to send; stays as it is.</param>
    /// <param name="sent">Bytes taken, from the start of the batch.</param>
    SendOutcome Send(SendBatch batch, out int sent);

    /// <summary>How the connection stands; false when that is not to be seen.</summary>
    bool TryMeasure(out SocketQueue queue)
    {
        queue = default;
        return false;
    }

    /// <summary>Lets no more than about this lie unsent in the kernel; without effect where that cannot be set.</summary>
    void LimitUnsent(int bytes)
    {
    }

    /// <summary>Ends what <see cref="Register"/> began and lets go of the connection, which stays open; the last call.</summary>
    void LetGo(EventQueue queue);
}
