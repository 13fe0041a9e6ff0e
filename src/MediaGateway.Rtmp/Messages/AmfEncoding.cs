namespace MediaGateway.Rtmp.Messages;

/// <summary>How the bodies of commands and data are encoded.</summary>
internal static class AmfEncoding
{
    /// <summary>
    /// Where the values of a body start. The types for AMF3 begin with a format byte of 0 and go on as AMF0, in which a marker switches
    /// single values to AMF3 (FMS practice; not in the specification). Writers are known that leave the byte out.
    /// </summary>
    public static int BodyOffset(RtmpMessageType type, ReadOnlySpan<byte> body)
    {
        bool isAmf3 = type is RtmpMessageType.CommandAmf3 or RtmpMessageType.DataAmf3;
        return isAmf3 && body is [0, ..] ? 1 : 0;
    }
}
