using System.Buffers.Binary;

namespace MediaGateway.Rtmp.Messages;

/// <summary>The user control events that are understood (RTMP 1.0, 7.1.7).</summary>
internal enum UserControlEventType : ushort
{
    StreamBegin = 0,
    StreamEnd = 1,
    SetBufferLength = 3,
    StreamIsRecorded = 4,
    PingRequest = 6,
    PingResponse = 7,
}

/// <summary>One user control event.</summary>
/// <param name="Type">What happened; a peer may send other values.</param>
/// <param name="Value">A message stream id, or the time of a ping.</param>
/// <param name="Milliseconds">The length of the buffer, for <see cref="UserControlEventType.SetBufferLength"/>.</param>
internal readonly record struct UserControlEvent(UserControlEventType Type, uint Value, uint Milliseconds = 0)
{
    /// <summary>Bytes of an event with one value.</summary>
    public const int Length = sizeof(ushort) + sizeof(uint);

    /// <summary>Reads an event; false when it is cut short. Events of other types may have no value.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, out UserControlEvent userControlEvent)
    {
        userControlEvent = default;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(body, out ushort type))
        {
            return false;
        }

        bool hasValue = BinaryPrimitives.TryReadUInt32BigEndian(body[sizeof(ushort)..], out uint value);
        uint milliseconds = 0;
        bool hasMilliseconds = hasValue && BinaryPrimitives.TryReadUInt32BigEndian(body[Length..], out milliseconds);
        userControlEvent = new UserControlEvent((UserControlEventType)type, value, milliseconds);
        return userControlEvent.Type switch
        {
            UserControlEventType.SetBufferLength => hasMilliseconds,
            UserControlEventType.PingRequest or UserControlEventType.PingResponse => hasValue,
            _ => true,
        };
    }

    /// <summary>Writes an event with one value; returns its bytes.</summary>
    public int Write(Span<byte> body)
    {
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)Type);
        BinaryPrimitives.WriteUInt32BigEndian(body[sizeof(ushort)..], Value);
        return Length;
    }
}
