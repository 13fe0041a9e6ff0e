using System.Text;
using MediaGateway.WebRtc.Stun;

namespace MediaGateway.Testing;

/// <summary>Builds ICE connectivity checks as a controlling browser sends them, and ones that are wrong on purpose.</summary>
public sealed class ConnectivityCheck
{
    /// <summary>USERNAME: the receiver's fragment, a colon, the sender's.</summary>
    public required string Username { get; init; }

    /// <summary>The receiver's password.</summary>
    public required string Password { get; init; }

    /// <summary>Whether the pair is nominated with it.</summary>
    public bool UseCandidate { get; init; }

    /// <summary>Whether the sender thinks itself controlled.</summary>
    public bool IsControlled { get; init; }

    /// <summary>An attribute that the receiver cannot know but would have to; 0 for none.</summary>
    public int UnknownAttribute { get; init; }

    /// <summary>Tells the transactions of one test apart.</summary>
    public long Transaction { get; init; } = 1;

    /// <summary>Whether MESSAGE-INTEGRITY is there at all.</summary>
    public bool HasIntegrity { get; init; } = true;

    /// <summary>Whether FINGERPRINT is there.</summary>
    public bool HasFingerprint { get; init; } = true;

    /// <summary>The Binding request.</summary>
    public byte[] ToBytes()
    {
        byte[] buffer = new byte[1024];
        byte[] transaction = new byte[StunMessage.TransactionIdLength];
        BitConverter.TryWriteBytes(transaction.AsSpan(4), Transaction);
        var writer = new StunMessageWriter(buffer, StunMessageType.BindingRequest, transaction);
        writer.Write(StunAttributeType.Username, Encoding.ASCII.GetBytes(Username));
        writer.Write(StunAttributeType.Priority, 0x6E7F1EFFu);
        writer.Write(IsControlled ? StunAttributeType.IceControlled : StunAttributeType.IceControlling, 0x0123456789ABCDEFul);
        if (UseCandidate)
        {
            writer.WriteFlag(StunAttributeType.UseCandidate);
        }

        if (UnknownAttribute != 0)
        {
            writer.Write((ushort)UnknownAttribute, [1, 2, 3]);
        }

        if (HasIntegrity)
        {
            writer.WriteMessageIntegrity(Encoding.ASCII.GetBytes(Password));
        }

        if (HasFingerprint)
        {
            writer.WriteFingerprint();
        }

        return buffer[..writer.Length];
    }
}
