namespace MediaGateway.Load;

/// <summary>Whether figures are taken: not while sessions are still coming, nor while the server warms up. Any thread.</summary>
internal sealed class LoadWindow
{
    private volatile bool _isOpen;

    /// <summary>Whether what happens now counts.</summary>
    public bool IsOpen
    {
        get => _isOpen;
        set => _isOpen = value;
    }
}
