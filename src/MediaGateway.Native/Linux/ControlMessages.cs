using System.Buffers.Binary;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Native.Linux;

/// <summary>
/// The control messages of a datagram (<c>cmsg(3)</c>): the local address it came to or must leave from, and the instant at which
/// the kernel received it.
/// </summary>
internal static class ControlMessages
{
    /// <summary>Bytes of room for every control message that one received datagram carries here (IPv6: 40 + 32).</summary>
    public const int RoomBytes = 128;

    private const int HeaderBytes = 16;
    private const int PacketInfo4Bytes = 12;
    private const int PacketInfo6Bytes = 20;

    // cmsghdr (64 bit): length including the header 0..8, level 8..12, type 12..16, then data, padded to 8 bytes.
    // in_pktinfo:  interface 0..4, local address (spec_dst) 4..8, header destination 8..12
    // in6_pktinfo: address 0..16, interface 16..20

    /// <summary>Reads what is there; what is missing leaves its output as it is by default: address unspecified, no instant.</summary>
    /// <param name="control">The control bytes of one datagram.</param>
    /// <param name="port">The port of the socket.</param>
    /// <param name="local">The local address at which the datagram arrived.</param>
    /// <param name="realtimeNanoseconds">When the kernel received it, in nanoseconds of the wall clock; 0 when unknown.</param>
    public static void Read(ReadOnlySpan<byte> control, int port, out TransportAddress local, out long realtimeNanoseconds)
    {
        local = new TransportAddress(0, 0, port);
        realtimeNanoseconds = 0;
        while (control.Length >= HeaderBytes)
        {
            ulong length = BitConverter.ToUInt64(control);
            if (length < HeaderBytes || length > (ulong)control.Length)
            {
                return;
            }

            int level = BitConverter.ToInt32(control[8..]);
            int type = BitConverter.ToInt32(control[12..]);
            ReadOnlySpan<byte> data = control[HeaderBytes..(int)length];
            switch (level, type)
            {
                case (Libc.IPPROTO_IPV6, Libc.IPV6_PKTINFO) when data.Length >= PacketInfo6Bytes:
                    local = SocketAddressCodec.ReadIPv6(data, port);
                    break;
                case (Libc.IPPROTO_IP, Libc.IP_PKTINFO) when data.Length >= PacketInfo4Bytes:
                    local = TransportAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(data[8..]), port);
                    break;
                case (Libc.SOL_SOCKET, Libc.SO_TIMESTAMPNS) when data.Length >= 16:
                    realtimeNanoseconds = (BitConverter.ToInt64(data) * 1_000_000_000) + BitConverter.ToInt64(data[8..]);
                    break;
                default:
                    break;
            }

            control = control[Math.Min(Align((int)length), control.Length)..];
        }
    }

    /// <summary>
    /// Writes the packet information that makes a datagram leave from <paramref name="local"/>. Returns its length; 0 when the
    /// address is unspecified or not of the socket's family: the kernel then chooses.
    /// </summary>
    public static int WriteSource(Span<byte> control, TransportAddress local, bool isIPv6Socket)
    {
        bool unspecified = local.High == 0 && (local.Low == 0 || (local.IsIPv4 && local.IPv4 == 0));
        if (unspecified || (!isIPv6Socket && !local.IsIPv4))
        {
            return 0;
        }

        int dataBytes = isIPv6Socket ? PacketInfo6Bytes : PacketInfo4Bytes;
        int room = Align(HeaderBytes + dataBytes);
        control[..room].Clear();
        BitConverter.TryWriteBytes(control, (ulong)(HeaderBytes + dataBytes));
        BitConverter.TryWriteBytes(control[8..], isIPv6Socket ? Libc.IPPROTO_IPV6 : Libc.IPPROTO_IP);
        BitConverter.TryWriteBytes(control[12..], isIPv6Socket ? Libc.IPV6_PKTINFO : Libc.IP_PKTINFO);
        if (isIPv6Socket)
        {
            SocketAddressCodec.WriteIPv6(control[HeaderBytes..], local);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(control[(HeaderBytes + 4)..], local.IPv4);
        }

        return room;
    }

    private static int Align(int length) => (length + 7) & ~7;
}
