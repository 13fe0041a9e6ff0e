using System.Text;
using BenchmarkDotNet.Attributes;
using MediaGateway.Testing;
using MediaGateway.WebRtc.Sessions;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.Benchmarks;

/// <summary>A connectivity check of a browser, read, checked and answered (RFC 8445 7.3).</summary>
public class StunBenchmarks
{
    private const string Password = "a-password-of-24-letters";

    private readonly byte[] _check = new ConnectivityCheck { Username = "abcdefgh:ijkl", Password = Password }.ToBytes();
    private readonly byte[] _key = Encoding.UTF8.GetBytes(Password);
    private readonly byte[] _answer = new byte[256];
    private readonly TransportAddress _address = PeerPair.Address("192.0.2.10:40000");

    [Benchmark]
    public int AnswerCheck()
    {
        bool isRight = StunMessage.TryParse(_check, out StunMessage message)
            && BindingRequest.TryReadLocalUsernameFragment(_check, out _)
            && message.TryFind(StunAttributeType.MessageIntegrity, out StunAttribute integrity)
            && MessageIntegrity.Verify(_check, integrity.Offset, integrity.Value, _key);
        if (!isRight)
        {
            throw new InvalidOperationException("The check was refused.");
        }

        var writer = new StunMessageWriter(_answer, StunMessageType.BindingSuccess, message.TransactionId);
        writer.WriteXorMappedAddress(_address);
        writer.WriteMessageIntegrity(_key);
        writer.WriteFingerprint();
        return writer.Length;
    }
}
