using System.Globalization;

namespace MediaGateway.Fuzz;

/// <summary>What the command line asks for.</summary>
internal sealed record FuzzArguments
{
    /// <summary>What to run.</summary>
    public required IReadOnlyList<FuzzTarget> Targets { get; init; }

    /// <summary>How long each of them runs.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Which run of chance.</summary>
    public int Seed { get; init; } = Environment.TickCount & int.MaxValue;

    /// <summary>The number of the only input; null for all.</summary>
    public long? Number { get; init; }

    /// <summary>The only input; null for all.</summary>
    public byte[]? Input { get; init; }

    /// <summary>Where to keep the place of the run; null for nowhere.</summary>
    public string? Trace { get; init; }

    /// <summary>Whether to name the targets and run none.</summary>
    public bool Lists { get; init; }

    /// <summary>Reads the arguments; null when they mean nothing.</summary>
    public static FuzzArguments? Read(string[] args)
    {
        List<FuzzTarget> targets = [];
        var arguments = new FuzzArguments { Targets = targets };
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--list")
            {
                arguments = arguments with { Lists = true };
                continue;
            }

            if (i + 1 == args.Length || With(arguments, targets, args[i], args[++i]) is not { } next)
            {
                return null;
            }

            arguments = next;
        }

        return targets.Count > 0 ? arguments : arguments with { Targets = FuzzTargets.All };
    }

    private static FuzzArguments? With(FuzzArguments arguments, List<FuzzTarget> targets, string name, string value)
    {
        switch (name)
        {
            case "--target" when FuzzTargets.Find(value) is { } target:
                targets.Add(target);
                return arguments;
            case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out double seconds) && seconds is >= 0 and < 1e6:
                return arguments with { Time = TimeSpan.FromSeconds(seconds) };
            case "--seed" when int.TryParse(value, CultureInfo.InvariantCulture, out int seed):
                return arguments with { Seed = seed };
            case "--number" when long.TryParse(value, CultureInfo.InvariantCulture, out long number) && number >= 0:
                return arguments with { Number = number };
            case "--trace":
                return arguments with { Trace = value };
            case "--input":
                return BytesOf(value) is { } input ? arguments with { Input = input } : null;
            default:
                return null;
        }
    }

    private static byte[]? BytesOf(string text)
    {
        const string Base64 = "base64:";
        try
        {
            return text.StartsWith('@') ? File.ReadAllBytes(text[1..])
                : text.StartsWith(Base64, StringComparison.Ordinal) ? Convert.FromBase64String(text[Base64.Length..])
                : Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
