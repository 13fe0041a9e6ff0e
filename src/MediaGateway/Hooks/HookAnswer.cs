namespace MediaGateway.Hooks;

/// <summary>What a backend answered, or why it did not.</summary>
/// <param name="Status">The HTTP status; 0 when there is no whole answer within the limits.</param>
/// <param name="Body">The body, at most <see cref="HookLimits.AnswerBytes"/>.</param>
/// <param name="Fault">Why there is no answer, in words for the log; null when there is one.</param>
internal readonly record struct HookAnswer(int Status, ReadOnlyMemory<byte> Body, string? Fault)
{
    /// <summary>Whether the backend said no: it was reached and means it. Every other unwelcome answer is a fault.</summary>
    public bool IsRefusal => Status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden;

    /// <summary>No answer, and why.</summary>
    public static HookAnswer Faulted(string fault) => new(0, default, fault);
}
