using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using MediaGateway.Native.Linux;
using MediaGateway.Native.OpenSsl;

namespace MediaGateway.Load;

/// <summary>
/// One thread that owns some publishers over WebRTC: it waits for datagrams or the next frame of any of them. Nothing is allocated per packet;
/// what it waits on is put together anew when a session comes or goes.
/// </summary>
internal sealed class LoadWhipLoop : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(200);

    private readonly LoadServices _services;
    private readonly EventFd _wake = new();
    private readonly ConcurrentQueue<LoadWhipSession> _arriving = new();
    private readonly List<LoadWhipSession> _sessions = [];
    private readonly Thread _thread;
    private Poller _poller;
    private volatile bool _isStopping;

    /// <summary>Starts the thread.</summary>
    public LoadWhipLoop(LoadServices services)
    {
        _services = services;
        _poller = new Poller(_wake.Handle);
        _thread = new Thread(Run) { Name = "load-whip", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Hands a session over, which has the server's answer. Any thread.</summary>
    public void Add(LoadWhipSession session)
    {
        _arriving.Enqueue(session);
        _wake.Signal();
    }

    /// <summary>Asks the loop to look at its sessions: one is to end. Any thread.</summary>
    public void Wake() => _wake.Signal();

    /// <summary>Ends the thread, and with it what sessions are left.</summary>
    public void Dispose()
    {
        _isStopping = true;
        _wake.Signal();
        _thread.Join();
        _poller.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        while (!_isStopping)
        {
            _wake.Clear();
            bool isChanged = TakeArriving();
            TimeSpan next = TimeSpan.MaxValue;
            for (int index = _sessions.Count - 1; index >= 0; index--)
            {
                if (IsOver(_sessions[index]))
                {
                    _poller.Dispose(); // first: a socket is closed only when nobody waits on it
                    _sessions[index].Dispose();
                    _sessions.RemoveAt(index);
                    isChanged = true;
                    continue;
                }

                TimeSpan deadline = _sessions[index].NextDeadline;
                next = deadline < next ? deadline : next;
            }

            if (isChanged)
            {
                _poller.Dispose();
                _poller = new Poller([_wake.Handle, .. _sessions.Select(session => session.Handle)]);
            }

            Wait(next);
        }

        _poller.Dispose();
        foreach (LoadWhipSession session in _sessions)
        {
            session.Ended.TrySetResult(null);
            session.Connected.TrySetResult();
            session.Dispose();
        }
    }

    private bool TakeArriving()
    {
        bool any = false;
        while (_arriving.TryDequeue(out LoadWhipSession? session))
        {
            _sessions.Add(session);
            any = true;
        }

        return any;
    }

    private void Wait(TimeSpan next)
    {
        TimeSpan early = next == TimeSpan.MaxValue ? LongestWait : next - _services.Clock.Now;
        if (_poller.Wait(early < LongestWait ? early : LongestWait) == 0)
        {
            return;
        }

        for (int index = 0; index < _sessions.Count; index++)
        {
            if (_poller.IsReadable(index + 1))
            {
                _sessions[index].Receive();
            }
        }
    }

    private static bool IsOver(LoadWhipSession session)
    {
        try
        {
            return session.Drive();
        }
        catch (Exception exception) when (exception is OpenSslException or LinuxException or SocketException or ExternalException)
        {
            session.Ended.TrySetResult($"This program has failed: {exception.Message}");
            session.Connected.TrySetResult();
            return true;
        }
    }
}
