using System.Diagnostics;

namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>Which pictures are sent to a viewer.</summary>
internal enum PictureGateState
{
    /// <summary>All.</summary>
    All,

    /// <summary>Keyframes only: the way does not carry the pictures.</summary>
    KeyframesOnly,

    /// <summary>Keyframes only, and from the next one on all.</summary>
    Returning,
}

/// <summary>
/// Decides whether the way to a viewer carries all pictures or only keyframes. It changes to keyframes when the estimate has been below 70 %
/// of what the pictures need for a second, and back when it has been above 85 % for as long. While little is sent, an estimate
/// cannot grow; so if nothing was lost lately, all pictures are tried again after 5 s, and after twice as long each time that fails.
/// </summary>
internal sealed class PictureGate
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Confidence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstTrial = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestTrial = TimeSpan.FromSeconds(60);

    /// <summary>A trial that holds for so long has not failed.</summary>
    private static readonly TimeSpan Proof = TimeSpan.FromSeconds(10);

    private const long EnoughPercent = 70;
    private const long ReturnPercent = 85;

    private TimeSpan? _since;
    private TimeSpan _trialAt;
    private TimeSpan _returnedAt;
    private TimeSpan _wait = FirstTrial;

    /// <summary>Which pictures are sent.</summary>
    public PictureGateState State { get; private set; }

    /// <summary>Whether so much does not carry the pictures.</summary>
    /// <param name="estimate">bit/s that the way carries for pictures.</param>
    /// <param name="needed">bit/s of all pictures; 0 while unknown.</param>
    public static bool IsTooLittle(long estimate, long needed) => needed > 0 && estimate * 100 < needed * EnoughPercent;

    /// <summary>Looks at the figures; often enough with every picture and report.</summary>
    /// <param name="estimate">bit/s that the way carries for pictures.</param>
    /// <param name="needed">bit/s of all pictures; 0 while unknown.</param>
    /// <param name="hasLoss">Whether the last report shows more loss than chance.</param>
    /// <param name="now">When.</param>
    public void Update(long estimate, long needed, bool hasLoss, TimeSpan now)
    {
        switch (State)
        {
            case PictureGateState.All:
                if (HasHeld(IsTooLittle(estimate, needed), Patience, now))
                {
                    _wait = _returnedAt != default && now - _returnedAt < Proof ? Shorter(_wait * 2, LongestTrial) : FirstTrial;
                    _trialAt = now + _wait;
                    Enter(PictureGateState.KeyframesOnly);
                }

                break;
            case PictureGateState.KeyframesOnly:
                bool isEnough = HasHeld(estimate * 100 >= needed * ReturnPercent, Confidence, now);
                if (isEnough || (now >= _trialAt && !hasLoss))
                {
                    Enter(PictureGateState.Returning);
                }

                break;
            case PictureGateState.Returning:
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Whether a picture is sent; a keyframe always is, and ends the return.</summary>
    public bool Admits(bool isKeyframe, TimeSpan now)
    {
        if (isKeyframe && State == PictureGateState.Returning)
        {
            _returnedAt = now;
            Enter(PictureGateState.All);
        }

        return isKeyframe || State == PictureGateState.All;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private bool HasHeld(bool condition, TimeSpan duration, TimeSpan now)
    {
        _since = condition ? _since ?? now : null;
        return _since is { } since && now - since >= duration;
    }

    private void Enter(PictureGateState state)
    {
        State = state;
        _since = null;
    }
}
