using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Media;
using MediaGateway.Rtmp.Messages;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Rtmp.Tests.Clients;

/// <summary>
/// The smallest server around a session: one connection at a time, one thread, one stream named <c>x</c> that is sent as fast as the
/// client takes it and then ends, and another named <c>recorded</c> that a client has published before. What the session said of the
/// clients is kept for the test.
/// </summary>
internal sealed class LoopbackServer : IDisposable
{
    private const int ReceiveBytes = 4096;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SyntheticStream? _stream;
    private readonly long _firstTimestamp;
    private readonly BufferPool _pool;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Thread _thread;
    private volatile bool _isStopping;

    /// <summary>Starts to listen on a free port. The stream's first frame leaves with <paramref name="firstTimestamp"/>.</summary>
    public LoopbackServer(SyntheticStream? stream, BufferPool pool, long firstTimestamp = 0)
    {
        (_stream, _pool, _firstTimestamp) = (stream, pool, firstTimestamp);
        _listener.Start();
        _thread = new Thread(Serve) { IsBackground = true };
        _thread.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public List<RtmpEvent> Events { get; } = [];

    public Exception? Failure { get; private set; }

    /// <summary>What was published under any name.</summary>
    public Recording Recording { get; } = new();

    /// <summary>Messages of publishers that could not be read.</summary>
    public string? LastUnreadable { get; private set; }

    public void Dispose()
    {
        _isStopping = true;
        _listener.Stop();
        _thread.Join();
        Recording.Dispose();
    }

    private void Serve()
    {
        try
        {
            while (!_isStopping)
            {
                using Socket socket = _listener.AcceptSocket();
                socket.ReceiveTimeout = socket.SendTimeout = 10_000;
                Converse(socket);
            }
        }
        catch (SocketException) when (_isStopping)
        {
            // Stop ends the waiting Accept.
        }
        catch (Exception failure)
        {
            Failure = failure;
        }
    }

    private void Converse(Socket socket)
    {
        using var session = new RtmpServerSession(new RtmpSessionOptions(), _pool, new Random(1), _clock.Elapsed);
        byte[] block = new byte[ReceiveBytes];
        byte[] unread = [];
        while (session.State != RtmpSessionState.Closing)
        {
            int count = Receive(socket, block);
            if (count == 0)
            {
                return;
            }

            unread = [.. unread, .. block.AsSpan(0, count)];
            bool stoppedEarly;
            do
            {
                var input = new ReadOnlySequence<byte>(unread);
                session.Receive(input, _clock.Elapsed, out SequencePosition consumed, out SequencePosition examined);
                stoppedEarly = input.GetOffset(examined) < unread.Length;
                unread = input.Slice(consumed).ToArray();
                Answer(session, socket);
            }
            while (stoppedEarly);
        }
    }

    private static int Receive(Socket socket, byte[] block)
    {
        try
        {
            return socket.Receive(block);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
            return 0;
        }
    }

    private void Answer(RtmpServerSession session, Socket socket)
    {
        SendReplies(session, socket);
        while (session.TryTakePublished(out RtmpPublished item))
        {
            Recording.Add(item);
        }

        LastUnreadable = session.LastUnreadable ?? LastUnreadable;
        while (session.TryTakeEvent(out RtmpEvent? rtmpEvent))
        {
            Events.Add(rtmpEvent);
            switch (rtmpEvent)
            {
                case RtmpEvent.ConnectRequested { Request.App.Path: "refused" }:
                    session.RejectConnect(StatusCode.ConnectRejected, "Not here.");
                    break;
                case RtmpEvent.ConnectRequested:
                    session.AcceptConnect();
                    break;
                case RtmpEvent.PublishRequested request:
                    session.AcceptPublish(request.MessageStreamId);
                    break;
                case RtmpEvent.PlayRequested { Url.StreamName: "recorded" } request:
                    session.AcceptPlay(request.MessageStreamId);
                    SendReplies(session, socket);
                    Recording.Send(request.MessageStreamId, session.ChunkSize, _pool, (buffer, length) => Send(socket, buffer, length));
                    session.EndPlay(request.MessageStreamId);
                    break;
                case RtmpEvent.PlayRequested { Url.StreamName: "x" } request when _stream is not null:
                    session.AcceptPlay(request.MessageStreamId);
                    SendReplies(session, socket);
                    SendStream(_stream, session, socket, request.MessageStreamId);
                    session.EndPlay(request.MessageStreamId);
                    break;
                case RtmpEvent.PlayRequested request:
                    session.RejectPlay(request.MessageStreamId, StatusCode.PlayStreamNotFound, "No such stream.");
                    break;
                default:
                    break;
            }

            SendReplies(session, socket);
        }
    }

    private void SendStream(SyntheticStream stream, RtmpServerSession session, Socket socket, uint messageStreamId)
    {
        int chunkSize = session.ChunkSize;
        Send(socket, RtmpMediaWriter.WriteMetadata([stream.Video, stream.Audio], null, messageStreamId, chunkSize, _pool, out int length), length);
        Send(socket, RtmpMediaWriter.WriteSequenceHeader(stream.Video, _firstTimestamp, messageStreamId, chunkSize, _pool, out length), length);
        Send(socket, RtmpMediaWriter.WriteSequenceHeader(stream.Audio, _firstTimestamp, messageStreamId, chunkSize, _pool, out length), length);
        foreach (MediaFrame frame in stream.Frames)
        {
            long timestamp = _firstTimestamp + frame.Decoding.ToMilliseconds();
            Send(socket, RtmpMediaWriter.WriteFrame(frame, timestamp, messageStreamId, chunkSize, _pool, out length), length);
        }
    }

    private static void SendReplies(RtmpServerSession session, Socket socket)
    {
        while (session.TryTakeReply(out PooledBuffer? buffer, out int length))
        {
            Send(socket, buffer, length);
        }
    }

    private static void Send(Socket socket, PooledBuffer buffer, int length)
    {
        using (buffer)
        {
            ReadOnlySpan<byte> rest = buffer.Span[..length];
            while (!rest.IsEmpty)
            {
                rest = rest[socket.Send(rest)..];
            }
        }
    }
}
