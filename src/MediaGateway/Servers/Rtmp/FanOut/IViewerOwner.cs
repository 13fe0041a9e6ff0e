using MediaGateway.Diagnostics;
using MediaGateway.Media.Frames;
using MediaGateway.Servers.Rtmp.FanOut.Levels;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>Hears from the worker about one viewer. Called on the worker's thread: implementations only note and wake.</summary>
internal interface IViewerOwner
{
    /// <summary>A stream that the viewer watches, or was to watch, has ended; what is due of it is still sent.</summary>
    void OnStreamEnded(LiveStream stream);

    /// <summary>The pictures of a stream that the viewer watches have a codec that its player has not announced: it gets none of them.</summary>
    void OnStreamUnplayable(LiveStream stream, CodecId codec);

    /// <summary>The viewer has got the first frame of a stream to which it was to go over.</summary>
    void OnStreamChanged(LiveStream stream);

    /// <summary>A viewer could not go over to a stream: it has ended, has no keyframe, or its pictures cannot be sent. It stays where it was.</summary>
    void OnStreamChangeFailed(LiveStream stream);

    /// <summary>The viewer's network takes less than the level that is sent, or enough for a higher one.</summary>
    void OnLevelWanted(LevelWish wish);

    /// <summary>The viewer was too slow and has lost frames; told once for each stream that it watches.</summary>
    void OnFramesLost();

    /// <summary>Everything before a <see cref="ViewerCommandKind.Report"/> has been handed to the kernel.</summary>
    void OnReported();

    /// <summary>The worker has given the viewer up and no longer touches its socket; the last call.</summary>
    void OnViewerEnded(SessionEndReason reason);
}
