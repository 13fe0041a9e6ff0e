namespace MediaGateway.Fuzz;

/// <summary>
/// One parser of bytes from strangers, and what must be true of its answers. Each call stands for itself: what a target keeps between calls
/// (pools, keys) must not change what it does.
/// </summary>
public sealed class FuzzTarget
{
    /// <summary>What a parser may allocate for each byte of input.</summary>
    public const int AllocationFactor = 64;

    /// <summary>The name for the command line and for tests: lower case, words joined by hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>The types under test.</summary>
    public required string Parser { get; init; }

    /// <summary>What is checked besides that nothing is thrown and that memory is bounded, in words.</summary>
    public required string Oracle { get; init; }

    /// <summary>Good inputs, and bad ones that found something once; at least one of them needs no test data.</summary>
    public required Func<IEnumerable<byte[]>> Seeds { get; init; }

    /// <summary>Parses as the gateway does. Throws nothing: the exceptions that a parser documents are caught in here.</summary>
    public required Action<byte[]> Parse { get; init; }

    /// <summary>Compares the answers with what they must be; throws <see cref="OracleException"/> when they are not. What it allocates does not count.</summary>
    public Action<byte[]>? Verify { get; init; }

    /// <summary>
    /// Whether a fifth of the time is enough where time is short: the parser is small, is run as a part of another target too, or stands behind a
    /// password.
    /// </summary>
    public bool IsBrief { get; init; }

    /// <summary>Bytes that mean something to the parser.</summary>
    public IReadOnlyList<byte[]> Words { get; init; } = [];

    /// <summary>The longest input in bytes; longer seeds are cut.</summary>
    public int MaximumBytes { get; init; } = 8 * 1024;

    /// <summary>What a parser may allocate besides <see cref="AllocationFactor"/> for each byte: its own objects, a first block of a pool.</summary>
    public int AllocationConstant { get; init; } = 64 * 1024;
}
