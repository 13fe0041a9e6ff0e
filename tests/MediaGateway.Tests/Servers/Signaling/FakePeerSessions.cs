using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using MediaGateway.Diagnostics;
using MediaGateway.Streams;

namespace MediaGateway.Tests.Servers.Signaling;

/// <summary>Accepts every offer, unless told otherwise, and lets the test say how the sessions fare.</summary>
internal sealed class FakePeerSessions : IPeerSessions
{
    private readonly ConcurrentQueue<PeerPublishRequest> _offers = new();
    private readonly ConcurrentQueue<PeerPlayRequest> _plays = new();

    public IReadOnlyList<IPAddress> OfferedAddresses => [];

    /// <summary>Why offers are refused; null: they are not.</summary>
    public string? Refusal { get; set; }

    /// <summary>What offers break on; null: on nothing.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Whether one more session would be taken.</summary>
    public bool HasRoom { get; set; } = true;

    /// <summary>What a restart of ICE is answered with.</summary>
    public string RestartAnswer { get; set; } = "restarted";

    public IReadOnlyList<PeerPublishRequest> Offers => [.. _offers];

    /// <summary>The offers to play.</summary>
    public IReadOnlyList<PeerPlayRequest> Plays => [.. _plays];

    public ConcurrentQueue<ReadOnlyMemory<byte>> Data { get; } = new();

    public bool TryPublish(PeerPublishRequest request, [NotNullWhen(true)] out string? answer, out string? refusal)
    {
        _offers.Enqueue(request);
        (answer, refusal) = (Refusal is null ? "answer" : null, Refusal);
        return answer is not null;
    }

    public bool TryPlay(PeerPlayRequest request, [NotNullWhen(true)] out string? answer, out string? refusal)
    {
        _plays.Enqueue(request);
        if (Fault is not null)
        {
            throw Fault;
        }

        (answer, refusal) = (Refusal is null ? "answer" : null, Refusal);
        return answer is not null;
    }

    public bool TryRestart(string mediaSessionId, string description, [NotNullWhen(true)] out string? answer, out string? refusal)
    {
        (answer, refusal) = (Refusal is null ? RestartAnswer : null, Refusal);
        return answer is not null;
    }

    public bool TryEnd(string mediaSessionId, SessionEndReason reason, string detail)
    {
        IPeerObserver? observer = _offers.FirstOrDefault(offer => offer.MediaSessionId == mediaSessionId)?.Observer
            ?? _plays.FirstOrDefault(offer => offer.MediaSessionId == mediaSessionId)?.Observer;
        observer?.Ended(mediaSessionId, reason, detail);
        return observer is not null;
    }

    public bool TrySendData(string mediaSessionId, ReadOnlyMemory<byte> message)
    {
        Data.Enqueue(message);
        return true;
    }

    /// <summary>What every session is said to show.</summary>
    public PeerFigures? Figures { get; set; }

    public Task<PeerFigures?> FiguresAsync(string mediaSessionId) => Task.FromResult(Figures);
}
