using Xunit;

namespace MediaGateway.Native.Tests;

/// <summary>Tests that read figures of the whole process run after all others, one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
