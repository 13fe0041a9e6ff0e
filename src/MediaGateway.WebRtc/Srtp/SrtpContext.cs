using System.Buffers.Binary;
using System.Diagnostics;
using MediaGateway.WebRtc.Rtp;

namespace MediaGateway.WebRtc.Srtp;

/// <summary>
/// One direction of an SRTP session: packet indices, replay protection and key derivation (RFC 3711, RFC 7714) over an
/// <see cref="ISrtpCipher"/>. Works in place and allocates only when a new source appears. One thread at a time. A packet that is not
/// authentic changes nothing but the bytes of its own buffer.
/// </summary>
internal sealed class SrtpContext : IDisposable
{
    /// <summary>Sources that a context remembers; packets of further ones are refused.</summary>
    public const int MaximumSources = 16;

    private const int RtcpHeaderLength = 8;
    private const int RtcpIndexLength = 4;
    private const int IvCapacity = 16;
    private const uint EncryptedFlag = 0x8000_0000;
    private const uint RtcpIndexMask = 0x7FFF_FFFF;

    private readonly SrtpProfile _profile;
    private readonly SrtpSessionKeys _rtp;
    private readonly SrtpSessionKeys _rtcp;
    private readonly SrtpSource[] _sources = new SrtpSource[MaximumSources];
    private int _sourceCount;

    /// <summary>Derives the session keys; the master key is not kept.</summary>
    public SrtpContext(SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, ISrtpCipherFactory ciphers)
    {
        ArgumentNullException.ThrowIfNull(ciphers);
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterKey.Length, SrtpKeyDerivation.KeyLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(masterSalt.Length, SrtpKeyDerivation.SaltLength(profile));
        _profile = profile;
        _rtp = SrtpSessionKeys.Derive(profile, masterKey, masterSalt, SrtpKeyLabel.RtpEncryption, ciphers);
        _rtcp = SrtpSessionKeys.Derive(profile, masterKey, masterSalt, SrtpKeyLabel.RtcpEncryption, ciphers);
    }

    /// <summary>Uses session keys as they are. Takes ownership of both.</summary>
    public SrtpContext(SrtpProfile profile, SrtpSessionKeys rtp, SrtpSessionKeys rtcp) => (_profile, _rtp, _rtcp) = (profile, rtp, rtcp);

    /// <summary>Bytes by which an RTP packet grows.</summary>
    public int RtpOverhead => _rtp.Cipher.TagLength;

    /// <summary>Bytes by which an RTCP packet grows.</summary>
    public int RtcpOverhead => _rtcp.Cipher.TagLength + RtcpIndexLength;

    private bool IsGcm => _profile == SrtpProfile.AeadAes128Gcm;

    /// <summary>Checks and decrypts an SRTP packet in place; <paramref name="length"/> bytes of RTP remain at its start.</summary>
    public SrtpResult UnprotectRtp(Span<byte> packet, out int length)
    {
        length = packet.Length - _rtp.Cipher.TagLength;
        if (length < RtpPacket.FixedHeaderLength || !RtpPacket.TryMeasureHeader(packet[..length], out int headerLength))
        {
            return SrtpResult.Malformed;
        }

        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        ushort sequenceNumber = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        SrtpSource? source = Find(ssrc);
        long index = SrtpSource.GuessIndex(source?.Rtp.Highest ?? -1, sequenceNumber);
        if (source is not null && !source.Rtp.IsNew(index))
        {
            return SrtpResult.Replayed;
        }

        Span<byte> iv = stackalloc byte[IvCapacity];
        iv = iv[.._rtp.IvLength];
        _rtp.WriteIv(ssrc, index, iv);
        Span<byte> rollover = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(rollover, (uint)(index >> 16));
        ReadOnlySpan<byte> trailer = IsGcm ? default : rollover;
        if (!_rtp.Cipher.Open(iv, packet[..headerLength], packet[headerLength..length], trailer, packet[length..]))
        {
            return SrtpResult.NotAuthentic;
        }

        source ??= Add(ssrc);
        source?.Rtp.Accept(index);
        return source is null ? SrtpResult.TooManySources : SrtpResult.Accepted;
    }

    /// <summary>Checks and decrypts an SRTCP packet in place; <paramref name="length"/> bytes of RTCP remain at its start.</summary>
    public SrtpResult UnprotectRtcp(Span<byte> packet, out int length)
    {
        int tagLength = _rtcp.Cipher.TagLength;
        length = packet.Length - tagLength - RtcpIndexLength;
        if (length < RtcpHeaderLength || packet[0] >> 6 != 2)
        {
            return SrtpResult.Malformed;
        }

        // RFC 3711 3.4: RTCP | E, index | tag.  RFC 7714 9.2: RTCP | tag | E, index.
        Span<byte> indexWord = packet.Slice(IsGcm ? length + tagLength : length, RtcpIndexLength);
        Span<byte> tag = packet.Slice(IsGcm ? length : length + RtcpIndexLength, tagLength);
        uint word = BinaryPrimitives.ReadUInt32BigEndian(indexWord);
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        long index = word & RtcpIndexMask;
        SrtpSource? source = Find(ssrc);
        if (source is not null && !source.Rtcp.IsNew(index))
        {
            return SrtpResult.Replayed;
        }

        Span<byte> iv = stackalloc byte[IvCapacity];
        iv = iv[.._rtcp.IvLength];
        _rtcp.WriteIv(ssrc, index, iv);
        int headerLength = (word & EncryptedFlag) != 0 ? RtcpHeaderLength : length;
        if (!_rtcp.Cipher.Open(iv, packet[..headerLength], packet[headerLength..length], indexWord, tag))
        {
            return SrtpResult.NotAuthentic;
        }

        source ??= Add(ssrc);
        source?.Rtcp.Accept(index);
        return source is null ? SrtpResult.TooManySources : SrtpResult.Accepted;
    }

    /// <summary>Encrypts the RTP packet in the first <paramref name="length"/> bytes of <paramref name="buffer"/>.</summary>
    /// <returns>Bytes of SRTP. The buffer must have room for <see cref="RtpOverhead"/> more.</returns>
    /// <exception cref="InvalidOperationException">One source more than a context may have.</exception>
    public int ProtectRtp(Span<byte> buffer, int length)
    {
        bool measured = RtpPacket.TryMeasureHeader(buffer[..length], out int headerLength);
        Debug.Assert(measured, "we send well-formed RTP");
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(buffer[8..]);
        SrtpSource source = FindOrAdd(ssrc);
        long index = source.GuessIndex(BinaryPrimitives.ReadUInt16BigEndian(buffer[2..]));
        source.Rtp.Accept(index);
        Span<byte> iv = stackalloc byte[IvCapacity];
        iv = iv[.._rtp.IvLength];
        _rtp.WriteIv(ssrc, index, iv);
        Span<byte> rollover = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(rollover, (uint)(index >> 16));
        Span<byte> tag = buffer.Slice(length, _rtp.Cipher.TagLength);
        _rtp.Cipher.Seal(iv, buffer[..headerLength], buffer[headerLength..length], IsGcm ? default : rollover, tag);
        return length + tag.Length;
    }

    /// <summary>Encrypts the compound RTCP packet in the first <paramref name="length"/> bytes of <paramref name="buffer"/>.</summary>
    /// <returns>Bytes of SRTCP. The buffer must have room for <see cref="RtcpOverhead"/> more.</returns>
    /// <exception cref="InvalidOperationException">One source more than a context may have.</exception>
    public int ProtectRtcp(Span<byte> buffer, int length)
    {
        int tagLength = _rtcp.Cipher.TagLength;
        uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(buffer[4..]);
        SrtpSource source = FindOrAdd(ssrc);
        long index = source.Rtcp.Highest + 1;
        source.Rtcp.Accept(index);
        Span<byte> iv = stackalloc byte[IvCapacity];
        iv = iv[.._rtcp.IvLength];
        _rtcp.WriteIv(ssrc, index, iv);
        Span<byte> indexWord = buffer.Slice(IsGcm ? length + tagLength : length, RtcpIndexLength);
        Span<byte> tag = buffer.Slice(IsGcm ? length : length + RtcpIndexLength, tagLength);
        BinaryPrimitives.WriteUInt32BigEndian(indexWord, EncryptedFlag | (uint)index);
        _rtcp.Cipher.Seal(iv, buffer[..RtcpHeaderLength], buffer[RtcpHeaderLength..length], indexWord, tag);
        return length + RtcpOverhead;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    private SrtpSource? Find(uint ssrc)
    {
        for (int i = 0; i < _sourceCount; i++)
        {
            if (_sources[i].Ssrc == ssrc)
            {
                return _sources[i];
            }
        }

        return null;
    }

    private SrtpSource? Add(uint ssrc)
    {
        if (_sourceCount == MaximumSources)
        {
            return null;
        }

        var source = new SrtpSource(ssrc);
        _sources[_sourceCount++] = source;
        return source;
    }

    private SrtpSource FindOrAdd(uint ssrc) =>
        Find(ssrc) ?? Add(ssrc) ?? throw new InvalidOperationException("A context was asked to protect too many sources.");
}
