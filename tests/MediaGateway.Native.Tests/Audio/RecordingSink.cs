using MediaGateway.Native.Audio;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>Keeps what it is given, or only counts it.</summary>
internal sealed class RecordingSink(bool keeps = true) : ISampleSink
{
    public long? Stamp { get; private set; }

    public long Count { get; private set; }

    public List<float> Left { get; } = [];

    public List<float> Right { get; } = [];

    public void Start(long stamp)
    {
        Assert.Null(Stamp);
        Stamp = stamp;
    }

    public void Append(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        Assert.Equal(left.Length, right.Length);
        Count += left.Length;
        if (keeps)
        {
            Left.AddRange(left);
            Right.AddRange(right);
        }
    }
}
