namespace MediaGateway.Diagnostics.Export;

/// <summary>What may be done with a metric's values.</summary>
internal enum MetricType
{
    /// <summary>Only grows, from the start of the process.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>How many values lay within which bounds.</summary>
    Histogram,
}
