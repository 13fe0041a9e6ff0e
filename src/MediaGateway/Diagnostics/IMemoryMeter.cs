namespace MediaGateway.Diagnostics;

/// <summary>Reads how near the process is to the memory that it may have. Any thread.</summary>
internal interface IMemoryMeter
{
    /// <summary>What is in use now of the limit that is nearest.</summary>
    MemoryUse Read();
}
