using MediaGateway.Rtmp.Sessions;
using MediaGateway.Streams;

namespace MediaGateway.Servers.Rtmp.FanOut;

/// <summary>
/// What makes the bytes of one viewer differ from those of another viewer of the same stream. Viewers with equal variants share a feed,
/// so that nothing that makes no difference belongs here.
/// </summary>
/// <param name="Audio">Which codec of the sound.</param>
/// <param name="IsSilent">Whether the sound is replaced by silence.</param>
/// <param name="Capabilities">What the player can take.</param>
internal sealed record ViewerVariant(AudioPreference Audio, bool IsSilent, RtmpPeerCapabilities Capabilities)
{
    /// <summary>A player that has announced nothing and asks for nothing: H.264 and AAC.</summary>
    public static ViewerVariant Plain { get; } = new(AudioPreference.Aac, IsSilent: false, RtmpPeerCapabilities.Plain);
}
