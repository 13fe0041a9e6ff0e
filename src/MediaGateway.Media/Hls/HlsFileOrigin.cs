namespace MediaGateway.Media.Hls;

/// <summary>Where a file comes from, as far as its playlist depends on it.</summary>
public enum HlsFileOrigin
{
    /// <summary>It is whole, and stays as it is.</summary>
    Plain,

    /// <summary>A recording that has ended: it may have been watched while it grew, so that what its playlist said then still holds.</summary>
    Recorded,

    /// <summary>A recording that goes on.</summary>
    Growing,
}
