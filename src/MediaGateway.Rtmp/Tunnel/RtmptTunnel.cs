namespace MediaGateway.Rtmp.Tunnel;

/// <summary>
/// The rules of one RTMPT session: in which order its requests must come, and how often the client is to ask. Not thread-safe: requests
/// of one session are answered one after the other.
/// </summary>
public sealed class RtmptTunnel
{
    /// <summary>Characters of a session id: 128 random bits as hexadecimal digits, so that nobody can guess another's.</summary>
    public const int SessionIdLength = 32;

    /// <summary>Answers without a byte after which the client is told to ask less often.</summary>
    public const int EmptyAnswersPerStep = 10;

    /// <summary>What the first byte of an answer says, more and more leisurely; 0x21 makes Flash ask about twice a second.</summary>
    private static ReadOnlySpan<byte> Intervals => [0x01, 0x03, 0x05, 0x09, 0x11, 0x21];

    private int _emptyAnswers;
    private bool _hasBegun;

    /// <summary>The number that the next request must have.</summary>
    public int NextSequence { get; private set; }

    /// <summary>
    /// Whether a request is the one that must come now; if so it counts as taken. A repeated request, and one that has overtaken
    /// another, is to be refused without looking at its body: the bytes of a session make sense in their order only.
    /// </summary>
    /// <param name="sequence">The request's number. Clients begin at 0, some at 1.</param>
    public bool TryTake(int sequence)
    {
        bool mayBegin = !_hasBegun && sequence is 0 or 1;
        if (sequence != NextSequence && !mayBegin)
        {
            return false;
        }

        _hasBegun = true;
        NextSequence = sequence + 1;
        return true;
    }

    /// <summary>The interval byte with which an answer begins.</summary>
    /// <param name="hasBytes">Whether RTMP bytes follow it.</param>
    public byte NextInterval(bool hasBytes)
    {
        if (hasBytes)
        {
            _emptyAnswers = 0;
            return Intervals[0];
        }

        int step = Math.Min(_emptyAnswers / EmptyAnswersPerStep, Intervals.Length - 1);
        _emptyAnswers++;
        return Intervals[step];
    }
}
