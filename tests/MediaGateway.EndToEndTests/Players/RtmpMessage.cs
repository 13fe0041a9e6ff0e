namespace MediaGateway.EndToEndTests.Players;

/// <summary>One RTMP message with the times at which it came in, both on the clock of <c>Stopwatch</c> (CLOCK_MONOTONIC, nanoseconds).</summary>
/// <param name="Type">Message type id: 8 audio, 9 video, 18 and 20 AMF0 data and command.</param>
/// <param name="Timestamp">The stamp on the wire, in milliseconds.</param>
/// <param name="Payload">The payload.</param>
/// <param name="FirstByteAt">When the first byte of the message was received.</param>
/// <param name="CompleteAt">When the last byte was.</param>
internal sealed record RtmpMessage(int Type, uint Timestamp, byte[] Payload, long FirstByteAt, long CompleteAt)
{
    /// <summary>Whether this is a coded picture: FLV tag of AVC with packet type 1.</summary>
    public bool IsPicture => Type == 9 && Payload.Length > 5 && (Payload[0] & 15) == 7 && Payload[1] == 1;

    /// <summary>Whether decoding can start with this picture.</summary>
    public bool IsKeyframe => IsPicture && Payload[0] >> 4 == 1;

    /// <summary>Whether this is an AAC frame: FLV tag of AAC with packet type 1.</summary>
    public bool IsSound => Type == 8 && Payload.Length > 2 && Payload[0] >> 4 == 10 && Payload[1] == 1;
}
