namespace MediaGateway.Authorization;

/// <summary>Marks an endpoint that only operators may call: those who have the API key, or, while there is none, programs on this machine.</summary>
internal sealed class OperatorOnly
{
    private OperatorOnly()
    {
    }

    /// <summary>The mark.</summary>
    public static OperatorOnly Instance { get; } = new();
}
