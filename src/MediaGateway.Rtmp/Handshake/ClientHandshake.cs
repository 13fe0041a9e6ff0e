using System.Buffers;
using MediaGateway.Rtmp.Sessions;

namespace MediaGateway.Rtmp.Handshake;

/// <summary>
/// The client's side of the handshake (RTMP 1.0, 5.2): the plain one. A server may answer with digests; they are echoed like any other
/// content and not checked, as nothing depends on them for a publisher. One owner, one thread.
/// </summary>
internal sealed class ClientHandshake(Random random)
{
    private const int HelloLength = 1 + HandshakeDigest.BlockLength;
    private const byte Version = 3;
    private const int RandomOffset = 8;

    private bool _isAnswered;

    /// <summary>Writes C0 and C1. C1's time and version are zero: a version would promise a digest.</summary>
    public void WriteHello(ReplyQueue output)
    {
        Span<byte> hello = output.Reserve(HelloLength);
        random.NextBytes(hello);
        hello[0] = Version;
        hello.Slice(1, RandomOffset).Clear();
    }

    /// <summary>
    /// Takes S0 and S1, which it answers with C2, then S2, each whole or not at all. <see cref="OperationStatus.Done"/>: all three are
    /// in. <see cref="OperationStatus.InvalidData"/>: the peer is no RTMP server.
    /// </summary>
    public OperationStatus Read(ref SequenceReader<byte> reader, ReplyQueue output)
    {
        if (!_isAnswered)
        {
            if (reader.TryPeek(out byte version) && version != Version)
            {
                return OperationStatus.InvalidData;
            }

            if (reader.Remaining < HelloLength)
            {
                return OperationStatus.NeedMoreData;
            }

            // Some servers hold S2 back until C2 is there.
            reader.Advance(1);
            reader.TryCopyTo(output.Reserve(HandshakeDigest.BlockLength));
            reader.Advance(HandshakeDigest.BlockLength);
            _isAnswered = true;
        }

        if (reader.Remaining < HandshakeDigest.BlockLength)
        {
            return OperationStatus.NeedMoreData;
        }

        reader.Advance(HandshakeDigest.BlockLength);
        return OperationStatus.Done;
    }
}
