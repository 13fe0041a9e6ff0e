using System.Diagnostics;

namespace MediaGateway.Fuzz;

/// <summary>Runs one target: its seeds as they are, then broken variants of them, until its time is over or it fails.</summary>
public sealed class FuzzRun
{
    private readonly FuzzTarget _target;
    private readonly byte[][] _seeds;
    private readonly int _seed;
    private readonly Action<long>? _trace;
    private long _number = -1;
    private FuzzFailureException? _failure;

    /// <summary>Makes a run.</summary>
    /// <param name="target">What to run.</param>
    /// <param name="seed">Which run of chance.</param>
    /// <param name="trace">Told of each input's number before it is run, for runs that end the process.</param>
    public FuzzRun(FuzzTarget target, int seed, Action<long>? trace = null)
    {
        (_target, _seed, _trace) = (target, seed, trace);
        _seeds = [.. target.Seeds()];
    }

    /// <summary>How long one input may take before it is taken for endless. It is no measure of speed: the slowest takes milliseconds.</summary>
    public TimeSpan Endless { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Inputs run so far, without the seeds.</summary>
    public long Inputs => Math.Max(0, Volatile.Read(ref _number));

    /// <summary>Inputs that the run begins with.</summary>
    public int Seeds => _seeds.Length;

    /// <summary>Runs one input.</summary>
    /// <exception cref="FuzzFailureException">It fails.</exception>
    public static void RunInput(FuzzTarget target, byte[] input, string origin = "the input")
    {
        string? reason = null;
        Exception? cause = null;
        try
        {
            reason = FindExcess(target, input);
            target.Verify?.Invoke(input);
        }
        catch (Exception exception)
        {
            cause = exception;
            reason = exception is OracleException ? exception.Message : $"{exception.GetType().Name}: {exception.Message}";
        }

        if (reason is not null)
        {
            throw new FuzzFailureException(target, origin, input, reason, cause);
        }
    }

    /// <summary>The input of a number; those of the seeds have negative ones.</summary>
    public byte[] InputOf(long number) =>
        number < 0 ? _seeds[(int)(-1 - number)] : new Mutator(_seeds, _target.Words, _target.MaximumBytes).Make(_seed, number);

    /// <summary>Runs the seeds, then other inputs for a time.</summary>
    /// <exception cref="FuzzFailureException">An input fails, or takes for ever.</exception>
    public void Run(TimeSpan time)
    {
        // A thread of its own: what never ends is left behind, and a stack of a thread's usual size ends deep recursion as it would in the gateway.
        var thread = new Thread(() => Loop(time)) { IsBackground = true, Name = _target.Name };
        thread.Start();
        var standing = Stopwatch.StartNew();
        long last = long.MinValue;
        while (!thread.Join(TimeSpan.FromMilliseconds(200)))
        {
            long number = Volatile.Read(ref _number);
            if (number != last)
            {
                last = number;
                standing.Restart();
            }
            else if (standing.Elapsed > Endless)
            {
                throw new FuzzFailureException(_target, Origin(number), InputOf(number), "it does not come to an end");
            }
        }

        if (_failure is not null)
        {
            throw _failure;
        }
    }

    /// <summary>Parses, and says what was allocated too much, if it is so each time: lazy initialisation is not the input's fault.</summary>
    private static string? FindExcess(FuzzTarget target, byte[] input)
    {
        long allowed = ((long)input.Length * FuzzTarget.AllocationFactor) + target.AllocationConstant;
        long allocated = 0;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            target.Parse(input);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated <= allowed)
            {
                return null;
            }
        }

        return $"{allocated} bytes were allocated for {input.Length} of input; {allowed} are allowed";
    }

    private void Loop(TimeSpan time)
    {
        var mutator = new Mutator(_seeds, _target.Words, _target.MaximumBytes);
        var watch = Stopwatch.StartNew();
        long number = -_seeds.Length;
        try
        {
            for (; number < 0 || watch.Elapsed < time; number++)
            {
                Volatile.Write(ref _number, number);
                _trace?.Invoke(number);
                byte[] input = number < 0 ? InputOf(number) : mutator.Make(_seed, number);
                RunInput(_target, input, Origin(number));
            }
        }
        catch (FuzzFailureException failure)
        {
            _failure = Shortener.Shorten(_target, failure, Origin(number));
        }
    }

    private string Origin(long number) => number < 0 ? $"seed input {-1 - number}" : $"--seed {_seed} --number {number}";
}
