using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using MediaGateway.Benchmarks;

switch (args)
{
    case [SoundCost.Name, ..]:
        new SoundCost().Run(args is [_, { } rounds] ? int.Parse(rounds, CultureInfo.InvariantCulture) : 9, Console.Out);
        return;
    case [SoundQuality.Name, ..]:
        new SoundQuality().Run(args.Length > 1 ? args[1..].Select(rate => int.Parse(rate, CultureInfo.InvariantCulture)) : [128_000], Console.Out);
        return;
}

// In this process: a project of BenchmarkDotNet's own, built for every run, would measure the same.
IConfig config = DefaultConfig.Instance
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator())
    .AddDiagnoser(MemoryDiagnoser.Default);
BenchmarkSwitcher.FromTypes([.. KernelBenchmark.All.Select(benchmark => benchmark.Type).Distinct()]).Run(args, config);
