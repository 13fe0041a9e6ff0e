namespace MediaGateway.Media.Frames;

/// <summary>
/// Encoded digital silence, to send in the place of a frame whose sound must not be heard: same codec, rate, channels and duration,
/// so that neither a player's decoder nor its clock notices the exchange. Any thread.
/// </summary>
public interface ISilentSound
{
    /// <summary>Finds the silence that can stand for a frame. Allocates nothing after the first frame of a kind.</summary>
    /// <param name="format">The frame's format.</param>
    /// <param name="payload">The frame's payload, from which its duration is read.</param>
    /// <param name="silent">A payload of the same format; immutable and valid for ever.</param>
    /// <returns>False: for this codec, or for this broken frame, there is none. It is better left out than heard.</returns>
    bool TryGet(TrackFormat format, ReadOnlySpan<byte> payload, out ReadOnlyMemory<byte> silent);
}
