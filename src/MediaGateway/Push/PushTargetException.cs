namespace MediaGateway.Push;

/// <summary>A target cannot be connected to; the message says why, in words for the operator and without secrets.</summary>
/// <param name="message">Why.</param>
/// <param name="isPermanent">Whether trying again is of no use until the settings change.</param>
internal sealed class PushTargetException(string message, bool isPermanent = false) : Exception(message)
{
    /// <summary>Whether trying again is of no use until the settings change.</summary>
    public bool IsPermanent => isPermanent;
}
