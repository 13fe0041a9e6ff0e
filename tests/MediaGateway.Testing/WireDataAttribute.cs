using System.Buffers;
using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace MediaGateway.Testing;

/// <summary>Runs a theory once for each delivery (<see cref="Wire.Deliveries"/>) of the bytes; its parameter is a <see cref="ReadOnlySequence{T}"/>.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class WireDataAttribute(string hex) : DataAttribute
{
    /// <summary>The bytes in hexadecimal.</summary>
    public string Hex { get; } = hex;

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker)
    {
        ArgumentNullException.ThrowIfNull(testMethod);
        var rows = new List<ITheoryDataRow>();
        foreach ((string name, ReadOnlySequence<byte> bytes) in Wire.Deliveries(Wire.Hex(Hex)))
        {
            rows.Add(new TheoryDataRow<ReadOnlySequence<byte>>(bytes) { TestDisplayName = $"{testMethod.Name}({name})" });
        }

        return new ValueTask<IReadOnlyCollection<ITheoryDataRow>>(rows);
    }

    /// <inheritdoc/>
    public override bool SupportsDiscoveryEnumeration() => false;
}
