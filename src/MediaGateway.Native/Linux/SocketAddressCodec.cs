using System.Buffers.Binary;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Native.Linux;

/// <summary>Between <see cref="TransportAddress"/> and the kernel's <c>sockaddr_in</c> and <c>sockaddr_in6</c>.</summary>
internal static class SocketAddressCodec
{
    /// <summary>Bytes of the larger form, <c>sockaddr_in6</c>.</summary>
    public const int MaximumBytes = 28;

    private const int IPv4Bytes = 16;

    // sockaddr_in:  family (host order) 0..2, port 2..4, address 4..8, zero 8..16
    // sockaddr_in6: family (host order) 0..2, port 2..4, flow 4..8, address 8..24, scope 24..28

    /// <summary>Reads either form; false for another family.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out TransportAddress address)
    {
        address = default;
        if (source.Length < IPv4Bytes)
        {
            return false;
        }

        int port = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        int family = BitConverter.ToUInt16(source);
        if (family == Libc.AF_INET)
        {
            address = TransportAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(source[4..]), port);
            return true;
        }

        if (family != Libc.AF_INET6 || source.Length < MaximumBytes)
        {
            return false;
        }

        address = ReadIPv6(source[8..], port);
        return true;
    }

    /// <summary>Reads the 16 bytes of an IPv6 address.</summary>
    public static TransportAddress ReadIPv6(ReadOnlySpan<byte> source, int port) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]), port);

    /// <summary>Writes the 16 bytes of an IPv6 address.</summary>
    public static void WriteIPv6(Span<byte> destination, TransportAddress address)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], address.Low);
    }

    /// <summary>Writes the form that a socket of the given family takes and returns its length; 0 when the family cannot reach it.</summary>
    public static int Write(Span<byte> destination, TransportAddress address, bool isIPv6Socket)
    {
        if (!isIPv6Socket && !address.IsIPv4)
        {
            return 0;
        }

        int length = isIPv6Socket ? MaximumBytes : IPv4Bytes;
        destination[..length].Clear();
        BitConverter.TryWriteBytes(destination, (ushort)(isIPv6Socket ? Libc.AF_INET6 : Libc.AF_INET));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)address.Port);
        if (isIPv6Socket)
        {
            WriteIPv6(destination[8..], address);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[4..], address.IPv4);
        }

        return length;
    }
}
