using MediaGateway.Authorization;

namespace MediaGateway.Hooks;

/// <summary>A question to the backend.</summary>
internal sealed record HookQuestion
{
    /// <summary>The hook's name.</summary>
    public required string Method { get; init; }

    /// <summary>Where it is posted to.</summary>
    public required Uri Address { get; init; }

    /// <summary>The JSON.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whom it is about, for the log.</summary>
    public required string Subject { get; init; }

    /// <summary>What the backend itself has said about faults of this hook.</summary>
    public FaultRule OnFault { get; init; }

    /// <summary>Reads the verdict out of an answer with a status of success; null when it makes no sense.</summary>
    public required Func<HookAnswer, AccessVerdict?> Read { get; init; }
}
