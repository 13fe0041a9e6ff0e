using System.Net.Sockets;
using MediaGateway.Media.Frames;
using MediaGateway.Rtmp;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Load;

/// <summary>
/// Plays one stream over RTMP and takes figures of every frame: one of the viewers that are looked at closely. Used once; its figures are read
/// after its end.
/// </summary>
/// <param name="target">The server and the stream.</param>
/// <param name="window">When frames count.</param>
/// <param name="services">The time, and memory.</param>
internal sealed class LoadPlayer(RtmpTargetUrl target, LoadWindow window, LoadServices services)
{
    /// <summary>As VLC and most players are: what comes from browsers is converted to AAC for them, which is the cost that is to be measured.</summary>
    private static readonly RtmpClientOptions Plain = RtmpClientOptions.ForPlaying with { AnnouncesEnhanced = false };

    private long? _origin;
    private uint? _sequence;
    private long _playSentAt;
    private volatile bool _isPlaying;

    /// <summary>Completes when the server has begun to play, or the session has ended.</summary>
    public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether it plays here: not before it has begun, nor after its end, nor once its socket is handed over. Any thread.</summary>
    public bool IsPlaying => _isPlaying;

    /// <summary>From sending <c>play</c> to the last byte of the first keyframe, in milliseconds; null when none has come.</summary>
    public double? FirstPicture { get; private set; }

    /// <summary>From the publisher's sending to the last byte here, of each picture, in milliseconds.</summary>
    public List<double> PictureDelays { get; } = [];

    /// <summary>The same of sound, by the place on the stream's timeline that the pictures' stamps give.</summary>
    public List<double> SoundDelays { get; } = [];

    /// <summary>Pictures that came.</summary>
    public long Pictures { get; private set; }

    /// <summary>Pictures that were sent in between and did not come.</summary>
    public long Missed { get; private set; }

    /// <summary>Bytes received while figures were taken; of its media alone.</summary>
    public long Bytes { get; private set; }

    /// <summary>Plays until it is cancelled; words when it ends otherwise. Hands the socket over once it plays, if somebody else is to go on.</summary>
    /// <param name="handOver">Takes the socket of a session that plays; null: it stays here. The taker owns it.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<string?> RunAsync(Action<Socket>? handOver, CancellationToken cancellation)
    {
        LoadConnection? connection = null;
        try
        {
            connection = await LoadConnection.ConnectAsync(target, Plain, services, cancellation);
            while (true)
            {
                await connection.SendOutputAsync(cancellation);
                _playSentAt = _playSentAt == 0 && connection.Session.State == RtmpClientState.StartingPlay ? services.Timestamp : _playSentAt;
                if (!await connection.ReceiveAsync(cancellation))
                {
                    return "The server has closed the connection.";
                }

                Take(connection.Session);
                while (connection.Session.TryTakeEvent(out RtmpClientEvent? happened))
                {
                    if (happened is not RtmpClientEvent.Playing)
                    {
                        return LoadFailure.Describe(happened);
                    }

                    if (handOver is not null)
                    {
                        handOver(connection.Socket);
                        connection.Session.Dispose();
                        connection = null; // the socket is no longer ours
                        return null;
                    }

                    _isPlaying = true;
                    Begun.TrySetResult();
                }
            }
        }
        catch (Exception exception) when (LoadFailure.TryDescribe(exception, out string? words))
        {
            return cancellation.IsCancellationRequested ? null : words;
        }
        finally
        {
            connection?.Dispose();
            _isPlaying = false;
            Begun.TrySetResult();
        }
    }

    private void Take(RtmpClientSession session)
    {
        long now = services.Timestamp;
        while (session.TryTakePlayed(out RtmpPublished item))
        {
            if (item.Frame is { } frame)
            {
                Take(frame, now);
                frame.Release();
            }
        }
    }

    private void Take(MediaFrame frame, long now)
    {
        Bytes += window.IsOpen ? frame.Length : 0;
        long due = frame.Decoding.ToMilliseconds() * services.Time.TimestampFrequency / 1000;
        if (frame.Kind == TrackKind.Video)
        {
            FirstPicture ??= frame.IsKeyframe ? services.Milliseconds(_playSentAt, now) : null;
            if (LoadStamp.TryRead(frame.Payload, out long sent, out uint sequence))
            {
                _origin = Math.Min(_origin ?? long.MaxValue, sent - due);
                TakePicture(services.Milliseconds(sent, now), sequence);
            }
        }
        else if (frame.Kind == TrackKind.Audio && window.IsOpen && _origin is { } origin)
        {
            SoundDelays.Add(services.Milliseconds(origin + due, now));
        }
    }

    private void TakePicture(double delay, uint sequence)
    {
        if (window.IsOpen)
        {
            Pictures++;
            PictureDelays.Add(delay);
            Missed += _sequence is { } before && sequence > before ? sequence - before - 1 : 0;
        }

        _sequence = sequence;
    }
}
