using System.Runtime.Versioning;
using Xunit;

// One test at a time: every test measures time on the machine that it shares with a browser and encoders.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: Trait("Category", "EndToEnd")]
[assembly: SupportedOSPlatform("linux")]
