using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace MediaGateway.Benchmarks;

/// <summary>One benchmark of this assembly, and what it allocates when it is run without a stopwatch.</summary>
/// <param name="type">The class, with a constructor without parameters.</param>
/// <param name="method">The method, which returns nothing or a value that keeps it from being optimized away.</param>
public sealed class KernelBenchmark(Type type, MethodInfo method)
{
    // Code that the runtime has not optimized yet may allocate what it does not later, and a collection that another thread causes counts
    // against the thread it interrupts: what is measured is the least of many rounds.
    private const int WarmUpCalls = 60;
    private const int Rounds = 40;
    private const int CallsPerRound = 25;

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<KernelBenchmark> All { get; } =
    [
        .. from type in typeof(KernelBenchmark).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
           where method.GetCustomAttribute<BenchmarkAttribute>() is not null
           orderby $"{type.Name}.{method.Name}"
           select new KernelBenchmark(type, method),
    ];

    /// <summary>The class.</summary>
    public Type Type => type;

    /// <summary>Class and method, as <see cref="AllocationBudgets"/> names it.</summary>
    public string Name => $"{type.Name}.{method.Name}";

    /// <summary>
    /// Bytes of managed memory that one operation allocates on its own thread: the least of several rounds, the first that meets
    /// <paramref name="expected"/> ends it.
    /// </summary>
    public double MeasureAllocation(double expected)
    {
        object benchmark = Activator.CreateInstance(type)!; // not null: a class with a constructor
        Call<GlobalSetupAttribute>(benchmark);
        try
        {
            int operations = method.GetCustomAttribute<BenchmarkAttribute>()!.OperationsPerInvoke; // not null: All looked for it
            Action action = Compile(benchmark);
            Repeat(action, WarmUpCalls);
            double least = double.MaxValue;
            for (int round = 0; round < Rounds && least != expected; round++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Repeat(action, CallsPerRound);
                long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                least = Math.Min(least, (double)allocated / (CallsPerRound * operations));
            }

            return least;
        }
        finally
        {
            Call<GlobalCleanupAttribute>(benchmark);
        }
    }

    private static void Repeat(Action action, int count)
    {
        for (int call = 0; call < count; call++)
        {
            action();
        }
    }

    private Action Compile(object benchmark)
    {
        if (method.ReturnType == typeof(void))
        {
            return method.CreateDelegate<Action>(benchmark);
        }

        Func<int> function = method.CreateDelegate<Func<int>>(benchmark);
        return () => function();
    }

    private void Call<TAttribute>(object benchmark)
        where TAttribute : Attribute
    {
        foreach (MethodInfo candidate in type.GetMethods().Where(candidate => candidate.GetCustomAttribute<TAttribute>() is not null))
        {
            candidate.Invoke(benchmark, null);
        }
    }
}
