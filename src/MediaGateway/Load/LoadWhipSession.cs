using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Native.Linux;
using MediaGateway.WebRtc.Rtp.Sending;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Load;

/// <summary>What all publishers over WebRTC send. Immutable.</summary>
/// <param name="Pictures">The loop's pictures, the first one a keyframe.</param>
/// <param name="Length">After which the pictures begin again.</param>
/// <param name="Sound">Packets of Opus; none for pictures only.</param>
/// <param name="Bitrate">bit/s of both, on average.</param>
internal sealed record LoadWhipMedia(IReadOnlyList<LoadFrame> Pictures, TimeSpan Length, IReadOnlyList<byte[]> Sound, long Bitrate);

/// <summary>
/// One publisher over WebRTC: a peer, a port of its own, and the loop of pictures, which jumps to its next keyframe when the server asks for one. Used
/// by one <see cref="LoadWhipLoop"/>, whose thread owns it; the counters may be read by others.
/// </summary>
internal sealed class LoadWhipSession : IDisposable
{
    private const int BufferBytes = 1024 * 1024;

    private readonly LoadWhipMedia _media;
    private readonly LoadServices _services;
    private readonly PublishingPeer _peer;
    private readonly UdpBatchSocket _socket;
    private readonly IncomingDatagram[] _received = new IncomingDatagram[UdpBatchSocket.BatchSize];
    private readonly OutgoingDatagram[] _outgoing = new OutgoingDatagram[UdpBatchSocket.BatchSize];
    private TimeSpan? _began;
    private TimeSpan _nextPicture;
    private TimeSpan _nextSound;
    private int _picture;
    private int _sound;
    private long _pictures;
    private long _latestTicks;

    /// <summary>Opens the port and makes the offer.</summary>
    public LoadWhipSession(LoadWhipMedia media, LoadServices services, PublishingPeer peer)
    {
        (_media, _services, _peer) = (media, services, peer);
        _socket = new UdpBatchSocket(new UdpSocketOptions { BufferBytes = BufferBytes }, services.Pool);
    }

    /// <summary>Completes when media flows, or the session has ended.</summary>
    public TaskCompletionSource Connected { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with words why it has failed, or with null after the end that was asked for.</summary>
    public TaskCompletionSource<string?> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The offer.</summary>
    public string Offer => _peer.Offer;

    /// <summary>Whether the end was asked for. Any thread.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Pictures sent.</summary>
    public long Pictures => Volatile.Read(ref _pictures);

    /// <summary>How late a frame was at most.</summary>
    public TimeSpan Latest => TimeSpan.FromTicks(Volatile.Read(ref _latestTicks));

    /// <summary>Counters of what is sent; null until connected.</summary>
    public SenderStatistics? Statistics => _peer.Statistics;

    /// <summary>What to wait on.</summary>
    public System.Runtime.InteropServices.SafeHandle Handle => _socket.Handle;

    /// <summary>When <see cref="Drive"/> has something to do.</summary>
    public TimeSpan NextDeadline => _began is null ? _peer.NextDeadline : Earlier(_peer.NextDeadline, Earlier(_nextPicture, _nextSound));

    /// <summary>Takes the server's answer; words when it cannot be used. Before the loop has it.</summary>
    public string? Accept(string answer) => _peer.TryAccept(answer, _media.Bitrate, _services.Clock.Now, out string? refusal) ? null : refusal;

    /// <summary>Takes what has come.</summary>
    public void Receive()
    {
        int count;
        do
        {
            count = _socket.Receive(_received, _services.Clock.Now);
            for (int index = 0; index < count; index++)
            {
                _peer.Receive(_received[index]);
            }
        }
        while (count == _received.Length);
    }

    /// <summary>Sends what is due; true when the session is over.</summary>
    public bool Drive()
    {
        TimeSpan now = _services.Clock.Now;
        _peer.Advance(now);
        if (_peer.State == PeerState.Connected)
        {
            SendMedia(now);
        }

        if (IsStopping)
        {
            _peer.Close(now);
        }

        Flush();
        if (_peer.State != PeerState.Closed)
        {
            return false;
        }

        Ended.TrySetResult(_peer.Failure);
        Connected.TrySetResult();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _peer.Dispose();
        _socket.Dispose();
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void SendMedia(TimeSpan now)
    {
        if (_began is null)
        {
            (_began, _nextPicture, _nextSound) = (now, now, _media.Sound.Count > 0 ? now : TimeSpan.MaxValue);
            Connected.TrySetResult();
        }

        if (_peer.TakeKeyframeWish())
        {
            JumpToKeyframe();
        }

        for (; _nextSound <= now; _nextSound += LoadSound.PacketTime)
        {
            byte[] packet = _media.Sound[_sound];
            _sound = (_sound + 1) % _media.Sound.Count;
            Send(LoadSound.Format, true, packet, _nextSound, 0, now);
        }

        while (_nextPicture <= now)
        {
            LoadFrame picture = _media.Pictures[_picture];
            Send(picture.Format, picture.IsKeyframe, picture.Payload.Span, _nextPicture, LoadStamp.Length, now);
            Volatile.Write(ref _pictures, _pictures + 1);
            Volatile.Write(ref _latestTicks, Math.Max(_latestTicks, (now - _nextPicture).Ticks));
            _nextPicture += StepAfter(_picture);
            _picture = (_picture + 1) % _media.Pictures.Count;
        }
    }

    /// <summary>What comes next is the next keyframe, at the time at which the next picture is due: as an encoder makes one.</summary>
    private void JumpToKeyframe()
    {
        while (!_media.Pictures[_picture].IsKeyframe)
        {
            _picture = (_picture + 1) % _media.Pictures.Count;
        }
    }

    private TimeSpan StepAfter(int index)
    {
        TimeSpan next = index + 1 < _media.Pictures.Count ? TimeSpan.FromMilliseconds(_media.Pictures[index + 1].Milliseconds) : _media.Length;
        TimeSpan step = next - TimeSpan.FromMilliseconds(_media.Pictures[index].Milliseconds);
        return step > TimeSpan.Zero ? step : TimeSpan.FromMilliseconds(1);
    }

    private void Send(TrackFormat format, bool isKeyframe, ReadOnlySpan<byte> payload, TimeSpan due, int stamp, TimeSpan now)
    {
        PooledBuffer buffer = _services.Pool.Rent(stamp + payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span[stamp..]);
        if (stamp > 0)
        {
            LoadStamp.Write(buffer.Span, _services.Timestamp, (uint)_pictures);
        }

        var time = new MediaTime((due - _began.GetValueOrDefault()).Ticks, (int)TimeSpan.TicksPerSecond);
        var frame = new MediaFrame(format, time, time, isKeyframe, buffer, 0, stamp + payload.Length, due);
        _peer.Send(frame, now);
        frame.Release();
        Flush();
    }

    /// <summary>Sends what waits; what the kernel does not take is lost, as on the network.</summary>
    private void Flush()
    {
        int count;
        do
        {
            count = 0;
            while (count < _outgoing.Length && _peer.TryTakeDatagram(out OutgoingDatagram datagram))
            {
                _outgoing[count++] = datagram;
            }

            for (int index = _socket.Send(_outgoing.AsSpan(0, count)); index < count; index++)
            {
                _outgoing[index].Buffer.Dispose();
            }
        }
        while (count == _outgoing.Length);
    }
}
