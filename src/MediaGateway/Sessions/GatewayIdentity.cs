using System.Security.Cryptography;

namespace MediaGateway.Sessions;

/// <summary>Names this run of the gateway, for backends and for other gateways: how a relay notices that it feeds itself. Any thread.</summary>
internal sealed class GatewayIdentity
{
    private const int Bytes = 16;

    /// <summary>32 hexadecimal digits, new at each start.</summary>
    public string NodeId { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes));
}
