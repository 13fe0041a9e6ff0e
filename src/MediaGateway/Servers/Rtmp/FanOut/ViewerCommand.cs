using MediaGateway.Media.Memory;
using MediaGateway.Servers.Rtmp.FanOut.Levels;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>What the receive loop of a connection asks of the worker that sends for it.</summary>
internal enum ViewerCommandKind
{
    /// <summary>Send these bytes.</summary>
    Reply,

    /// <summary>Send a stream's media from now on.</summary>
    StartMedia,

    /// <summary>Go over from the stream that is sent to another one at a keyframe, on the same timeline.</summary>
    ChangeStream,

    /// <summary>Say which level of the stream fits what the network takes, from now on; without levels: no longer.</summary>
    FollowLevels,

    /// <summary>Send what is read of a file from now on.</summary>
    StartFile,

    /// <summary>Send the media that is due, but none that comes later; then go on with what follows.</summary>
    FinishMedia,

    /// <summary>Send no further media, also not what is due, but the rest of a half-sent image.</summary>
    StopMedia,

    /// <summary>Tell the owner that everything before this is sent.</summary>
    Report,

    /// <summary>Hold the media.</summary>
    Pause,

    /// <summary>Go on at a keyframe.</summary>
    Resume,

    /// <summary>Turn the sound on.</summary>
    AudioOn,

    /// <summary>Turn the sound off.</summary>
    AudioOff,

    /// <summary>Turn the pictures on, from the next keyframe.</summary>
    VideoOn,

    /// <summary>Turn the pictures off.</summary>
    VideoOff,
}

/// <summary>One command; commands are carried out in order, each when everything before it has been sent.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Buffer">The bytes of a reply; the command owns them.</param>
/// <param name="Length">How many there are.</param>
/// <param name="Stream">The stream to start.</param>
/// <param name="MessageStreamId">The message stream on which its media goes.</param>
/// <param name="Variant">What of the stream; null for <see cref="ViewerVariant.Plain"/>.</param>
/// <param name="IsUrgent">Whether pictures may be left out for a change of stream: the network takes too little, or the old stream has ended.</param>
/// <param name="Levels">The levels to follow; null for none.</param>
/// <param name="File">What is read of the file to start.</param>
internal readonly record struct ViewerCommand(
    ViewerCommandKind Kind,
    PooledBuffer? Buffer = null,
    int Length = 0,
    LiveStream? Stream = null,
    uint MessageStreamId = 0,
    ViewerVariant? Variant = null,
    bool IsUrgent = false,
    LevelRate[]? Levels = null,
    FileQueue? File = null);
