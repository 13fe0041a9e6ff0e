namespace MediaGateway.Media.H264;

/// <summary>Walks the NAL units of a byte stream with start codes (H.264 annex B). Empty NAL units are skipped.</summary>
public ref struct AnnexB
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts before the first NAL unit of <paramref name="stream"/>; bytes before the first start code are skipped.</summary>
    public AnnexB(ReadOnlySpan<byte> stream)
    {
        int start = IndexOfStartCode(stream);
        _rest = start < 0 ? default : stream[(start + StartCode.Length)..];
    }

    /// <summary>The NAL unit, without start code and trailing zero bytes.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    private static ReadOnlySpan<byte> StartCode => [0, 0, 1];

    /// <summary>For <c>foreach</c>.</summary>
    public readonly AnnexB GetEnumerator() => this;

    /// <summary>Goes to the next NAL unit.</summary>
    public bool MoveNext()
    {
        while (_rest.Length > 0)
        {
            int end = IndexOfStartCode(_rest);
            ReadOnlySpan<byte> unit = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + StartCode.Length)..];
            unit = unit.TrimEnd((byte)0);
            if (unit.Length > 0)
            {
                Current = unit;
                return true;
            }
        }

        return false;
    }

    private static int IndexOfStartCode(ReadOnlySpan<byte> bytes) => bytes.IndexOf(StartCode);
}
