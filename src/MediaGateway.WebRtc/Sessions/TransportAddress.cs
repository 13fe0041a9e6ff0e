using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace MediaGateway.WebRtc.Sessions;

/// <summary>
/// An IP address and a port as a value without allocation; IPv4 is held in its IPv6-mapped form, so that one peer has one address
/// however the socket names it.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct TransportAddress : IEquatable<TransportAddress>
{
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly ushort _port;

    /// <summary>Makes an address from its 128-bit value in host order and a port.</summary>
    public TransportAddress(ulong high, ulong low, int port)
    {
        _high = high;
        _low = low;
        _port = checked((ushort)port);
    }

    /// <summary>The upper 64 bits of the (mapped) IPv6 address, host order.</summary>
    public ulong High => _high;

    /// <summary>The lower 64 bits of the (mapped) IPv6 address, host order.</summary>
    public ulong Low => _low;

    /// <summary>The port.</summary>
    public int Port => _port;

    /// <summary>Whether this is an IPv4 address.</summary>
    public bool IsIPv4 => _high == 0 && _low >> 32 == 0xFFFF;

    /// <summary>The IPv4 address in host order; meaningful when <see cref="IsIPv4"/>.</summary>
    public uint IPv4 => unchecked((uint)_low);

    /// <summary>Makes an IPv4 address from its 32-bit value in host order.</summary>
    public static TransportAddress FromIPv4(uint address, int port) => new(0, 0xFFFF_0000_0000UL | address, port);

    /// <summary>Makes an address from the framework's form. Not for the media path: it allocates.</summary>
    public static TransportAddress From(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        Span<byte> bytes = stackalloc byte[16];
        IPAddress address = endPoint.AddressFamily == AddressFamily.InterNetwork ? endPoint.Address.MapToIPv6() : endPoint.Address;
        address.TryWriteBytes(bytes, out _);
        return new TransportAddress(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            endPoint.Port);
    }

    /// <summary>The framework's form. Not for the media path: it allocates.</summary>
    public IPEndPoint ToIPEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], _low);
        var address = new IPAddress(bytes);
        return new IPEndPoint(IsIPv4 ? address.MapToIPv4() : address, _port);
    }

    /// <inheritdoc/>
    public bool Equals(TransportAddress other) => _high == other._high && _low == other._low && _port == other._port;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TransportAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low, _port);

    /// <inheritdoc/>
    public override string ToString() => ToIPEndPoint().ToString();

    /// <summary>Equality of address and port.</summary>
    public static bool operator ==(TransportAddress left, TransportAddress right) => left.Equals(right);

    /// <summary>Inequality of address or port.</summary>
    public static bool operator !=(TransportAddress left, TransportAddress right) => !left.Equals(right);
}
