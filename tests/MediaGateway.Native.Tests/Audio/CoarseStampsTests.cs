using MediaGateway.Native.Audio;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Native.Tests.Audio;

/// <summary>The timeline with stamps as RTMP has them.</summary>
public sealed class CoarseStampsTests
{
    private const int Millisecond = 48;

    /// <summary>Frames of 1024 samples at 44.1 kHz, in samples at 48 kHz.</summary>
    private const double Frame = 1024 * 48_000.0 / 44_100;

    private const long TenMinutes = 600 * 44_100 / 1024;

    [Fact]
    public void WholeMilliseconds_NeverTouchTheSound()
    {
        // Stamps rounded down, which repeat themselves every 10.24 s. The first mean of that rounding is slewed, and nothing after it.
        using var decoder = new CountingDecoder();
        var sink = new RecordingSink(keeps: false);
        using var timeline = new SoundTimeline(sink, decoder, isCoarse: true);
        long corrected = 0;
        for (long index = 0; index < TenMinutes; index++)
        {
            timeline.Push(StampOf(index * Frame), [1]);
            long now = timeline.End - decoder.Given;
            corrected = index == 1000 ? now : corrected;
            Assert.InRange(now, -Millisecond, Millisecond);
            Assert.True(index < 1000 || now == corrected, "a sound that is in place stays untouched");
        }

        Assert.Equal(0, timeline.ConcealedPackets + timeline.DroppedPackets);
        Assert.Equal(timeline.End - SlewResampler.Lookahead, sink.Stamp!.Value + sink.Count, 1.0);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(25)]
    public void JitterOfTheStamps_IsNotHeard(int milliseconds)
    {
        using var decoder = new CountingDecoder();
        using var timeline = new SoundTimeline(new RecordingSink(keeps: false), decoder, isCoarse: true);
        var random = new Random(6);
        for (int index = 0; index < 20_000; index++)
        {
            timeline.Push(StampOf((index * Frame) + (random.Next(-milliseconds, milliseconds + 1) * Millisecond)), [1]);
            Assert.InRange(timeline.End - ((index + 1) * Frame), -milliseconds * Millisecond, milliseconds * Millisecond);
        }

        Assert.Equal(0, timeline.ConcealedPackets + timeline.DroppedPackets);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(-200)]
    [InlineData(1000, Traits = [LongRun.Trait, LongRun.Full])]
    [InlineData(-1000)]
    public void ClockThatDrifts_IsFollowedWithinFourMilliseconds(int partsPerMillion)
    {
        using var decoder = new CountingDecoder();
        var sink = new RecordingSink(keeps: false);
        using var timeline = new SoundTimeline(sink, decoder, isCoarse: true);
        for (long index = 0; index < TenMinutes; index++)
        {
            double place = index * Frame * (1 + (partsPerMillion / 1e6));
            timeline.Push(StampOf(place), [1]);
            Assert.InRange(timeline.End - (place + Frame), -4 * Millisecond, 4 * Millisecond);
        }

        Assert.Equal(0, timeline.ConcealedPackets + timeline.DroppedPackets);
        Assert.InRange(sink.Stamp!.Value + sink.Count - timeline.End, -SlewResampler.Lookahead - 2, -SlewResampler.Lookahead + 2);
    }

    [Fact]
    public void BrokenPackets_AreReplacedByAsMuchAsTheOneBefore()
    {
        using var decoder = new CountingDecoder();
        using var timeline = new SoundTimeline(new RecordingSink(keeps: false), decoder, isCoarse: true);
        for (int index = 0; index < 1000; index++)
        {
            timeline.Push(StampOf(index * Frame), index % 10 == 5 ? index % 20 == 5 ? [] : [0] : [1]);
            Assert.InRange(timeline.End - ((index + 1) * Frame), -4 * Millisecond, 4 * Millisecond);
        }

        Assert.Equal(100, timeline.ConcealedPackets);
        Assert.Equal(0, timeline.DroppedPackets);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5000)]
    public void JumpForward_IsFilledAndNeverUndone(int milliseconds)
    {
        using var decoder = new CountingDecoder();
        var sink = new RecordingSink(keeps: false);
        using var timeline = new SoundTimeline(sink, decoder, isCoarse: true);
        double jump = 0;
        for (int index = 0; index < 400; index++)
        {
            jump += index == 200 ? milliseconds * Millisecond : 0;
            long before = timeline.End;
            timeline.Push(StampOf((index * Frame) + jump), [1]);
            Assert.True(index == 0 || timeline.End > before);
            Assert.InRange(timeline.End - ((index + 1) * Frame) - jump, -4 * Millisecond, 4 * Millisecond);
        }

        Assert.Equal(0, timeline.DroppedPackets);
        Assert.InRange(timeline.ConcealedPackets, 1, 6);
    }

    [Fact]
    public void StepBelowTheBound_IsSlewedInsteadOfFilled()
    {
        using var decoder = new CountingDecoder();
        using var timeline = new SoundTimeline(new RecordingSink(keeps: false), decoder, isCoarse: true);
        double jump = 0;
        for (int index = 0; index < 2000; index++)
        {
            jump += index == 200 ? 40 * Millisecond : 0;
            timeline.Push(StampOf((index * Frame) + jump), [1]);
        }

        Assert.Equal(0, timeline.DroppedPackets + timeline.ConcealedPackets);
        Assert.InRange(timeline.End - (2000 * Frame) - jump, -2 * Millisecond, 2 * Millisecond);
    }

    [Fact]
    public void PacketsFromThePast_AreLeftOut()
    {
        using var decoder = new CountingDecoder();
        using var timeline = new SoundTimeline(new RecordingSink(keeps: false), decoder, isCoarse: true);
        for (int index = 0; index < 100; index++)
        {
            timeline.Push(StampOf(index * Frame), [1]);
        }

        long end = timeline.End;
        timeline.Push(StampOf(20 * Frame), [1]);
        Assert.Equal((end, 1L), (timeline.End, timeline.DroppedPackets));
    }

    private static long StampOf(double place) => (long)Math.Floor(place / Millisecond) * Millisecond;

    /// <summary>Gives the samples of a frame at 44.1 kHz for every packet; a zero is a broken one.</summary>
    private sealed class CountingDecoder : ISoundDecoder
    {
        private readonly float[] _sound = new float[SoundFiller.MaximumConcealment * 2];
        private double _owed;

        public long Given { get; private set; }

        public int Delay => 17;

        public int ConcealmentStep => 1;

        public Span<float> Sound => _sound;

        public bool IsPacket(ReadOnlySpan<byte> packet) => !packet.IsEmpty;

        public int Decode(ReadOnlySpan<byte> packet)
        {
            if (packet[0] == 0)
            {
                return 0;
            }

            _owed += Frame;
            int samples = (int)_owed;
            _owed -= samples;
            Given += samples;
            return samples;
        }

        public int CarriedSamples(ReadOnlySpan<byte> next) => 0;

        public void Recover(ReadOnlySpan<byte> next, int samples) => throw new InvalidOperationException("there is no copy");

        public void Conceal(int samples)
        {
        }

        public void Dispose()
        {
        }
    }
}
