using System.Buffers;
using System.Buffers.Binary;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Rtmp.Handshake;

/// <summary>
/// The server's side of the handshake (RTMP 1.0, 5.2), plain or with digests. The client decides: when its C1 holds a valid digest,
/// it gets digests and a version; when not, an S1 of version zero and an echo. A version without a real digest makes FFmpeg hang up.
/// One owner, one thread.
/// </summary>
internal sealed class ServerHandshake(Random random)
{
    private const int HelloLength = 1 + HandshakeDigest.BlockLength;
    private const int ResponseLength = 1 + (2 * HandshakeDigest.BlockLength);

    private const byte Version = 3;

    private const int VersionOffset = 4;
    private const int RandomOffset = 8;

    // What a Flash Media Server 4 says of itself; clients want the first byte to be 3 or more before they look for a digest.
    private const uint ServerVersion = 0x04050001;

    /// <summary>Whether the client's C1 held a valid digest.</summary>
    public bool HasDigest { get; private set; }

    /// <summary>Whether S0, S1 and S2 were written and only C2 is missing.</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>
    /// Takes C0 and C1, whole or not at all, and answers with S0, S1 and S2. <see cref="OperationStatus.InvalidData"/>: another version.
    /// </summary>
    public OperationStatus ReadHello(ref SequenceReader<byte> reader, ReplyQueue replies)
    {
        if (reader.TryPeek(out byte version) && version != Version)
        {
            return OperationStatus.InvalidData;
        }

        if (reader.Remaining < HelloLength)
        {
            return OperationStatus.NeedMoreData;
        }

        // C1 goes where S2 will be: the plain answer is its echo, and the other one needs no more of it than the digest.
        Span<byte> response = replies.Reserve(ResponseLength);
        Span<byte> s1 = response.Slice(1, HandshakeDigest.BlockLength);
        Span<byte> s2 = response[HelloLength..];
        reader.Advance(1);
        reader.TryCopyTo(s2);
        reader.Advance(HandshakeDigest.BlockLength);

        response[0] = Version;
        random.NextBytes(s1);
        s1[..RandomOffset].Clear();
        HasDigest = HandshakeDigest.TryFind(
            s2,
            HandshakeDigest.ClientKey[..HandshakeDigest.ClientNameLength],
            out int half,
            out int position);
        if (HasDigest)
        {
            AnswerWithDigest(s1, s2, half, position);
        }

        IsAnswered = true;
        return OperationStatus.Done;
    }

    /// <summary>Takes C2, whole or not at all. Its content is not checked: some clients send anything.</summary>
    public static OperationStatus ReadFinish(ref SequenceReader<byte> reader)
    {
        if (reader.Remaining < HandshakeDigest.BlockLength)
        {
            return OperationStatus.NeedMoreData;
        }

        reader.Advance(HandshakeDigest.BlockLength);
        return OperationStatus.Done;
    }

    private void AnswerWithDigest(Span<byte> s1, Span<byte> s2, int half, int position)
    {
        BinaryPrimitives.WriteUInt32BigEndian(s1[VersionOffset..], ServerVersion);
        HandshakeDigest.Imprint(s1, HandshakeDigest.ServerKey[..HandshakeDigest.ServerNameLength], half);

        Span<byte> clientDigest = stackalloc byte[HandshakeDigest.Length];
        s2.Slice(position, HandshakeDigest.Length).CopyTo(clientDigest);
        random.NextBytes(s2);
        HandshakeDigest.Answer(s2, clientDigest, HandshakeDigest.ServerKey);
    }
}
