using System.Runtime.Versioning;
using Xunit;

// At most one of each lane at a time (Tools/Lane.cs), and those that measure time alone.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
[assembly: Trait("Category", "EndToEnd")]
[assembly: SupportedOSPlatform("linux")]
