using System.Diagnostics.CodeAnalysis;

namespace MediaGateway.Fuzz;

/// <summary>A parser's answer is not what it must be.</summary>
public sealed class OracleException(string message) : Exception(message)
{
    /// <summary>Throws unless something holds.</summary>
    public static void Require([DoesNotReturnIf(false)] bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new OracleException(otherwise);
        }
    }

    /// <summary>Throws unless two answers are equal.</summary>
    public static void RequireEqual<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new OracleException($"{what}: expected {expected}, found {actual}.");
        }
    }

    /// <summary>Throws unless two runs of bytes are equal.</summary>
    public static void RequireSame(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual, string what)
    {
        if (!expected.SequenceEqual(actual))
        {
            throw new OracleException($"{what}: expected {Head(expected)}, found {Head(actual)}.");
        }
    }

    private static string Head(ReadOnlySpan<byte> bytes) => $"{bytes.Length} bytes {Convert.ToHexString(bytes[..Math.Min(bytes.Length, 64)])}";
}
