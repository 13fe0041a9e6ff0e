using MediaGateway.Media.Frames;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Streams;

public sealed class DerivedSoundTests : IDisposable
{
    private static readonly SubscriptionOptions Aac = new(AudioPreference.Aac, StartPoint.CachedGroup);
    private static readonly SubscriptionOptions Pcma = Named(CodecId.Pcma);
    private static readonly SubscriptionOptions AacOrMp3 =
        new(new AudioPreference(null, CodecSet.Of(CodecId.Aac, CodecId.Mp3), CodecId.Aac), StartPoint.CachedGroup);

    private readonly TrackingBufferPool _pool = new();
    private readonly RecordingOutlet _outlet = new();
    private readonly RecordingOutlet _other = new();
    private readonly TestHub _hub;
    private readonly TestFrames _frames;
    private readonly PublishLease _lease;
    private int _time;

    public DerivedSoundTests()
    {
        _hub = new TestHub(_pool);
        _frames = new TestFrames(_pool);
        _lease = _hub.Publish("test", new FakePublisher());
    }

    private FakeTranscoderFactory Transcoders => _hub.Transcoders;

    private LiveStream Stream => _lease.Stream;

    public void Dispose()
    {
        _lease.Dispose();
        _hub.RunAudio();
        Assert.Equal(0, Transcoders.Alive);
        _hub.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void TwoCodecsAreWanted_EachHasItsBridgeAndItsPartOfTheCache()
    {
        Flow(TestFrames.Opus, 1000);
        Stream.Attach(_outlet, Aac);
        Stream.Attach(_other, Pcma);
        Flow(TestFrames.Opus, 500);
        _hub.RunAudio();
        Assert.Equal(["Opus>Aac", "Opus>Pcma"], Transcoders.Asked.Order());
        AssertWholeSound(_outlet, 'A', from: 0, until: 1400);
        AssertWholeSound(_other, 'P', from: 0, until: 1400);
        Assert.Equal(TestFrames.Pcma, _other.Formats!.Value.Audio);

        var later = new RecordingOutlet();
        Stream.Attach(later, Pcma);
        Assert.Equal(TimesOf(_other, 'P'), TimesOf(later, 'P'));
    }

    [Fact]
    public void CodecThatThePublisherSends_IsNotConverted()
    {
        Stream.Attach(_outlet, Aac);
        Stream.Attach(_other, AacOrMp3);
        Flow(TestFrames.Aac, 500);
        _hub.RunAudio();
        Assert.Equal(0, Transcoders.Created);
        Assert.Equal(25, TimesOf(_outlet, 'A').Length);
        Assert.Equal(_outlet.Frames, _other.Frames);
    }

    [Fact]
    public void PublisherChangesItsCodec_ViewersGetTheNewOneOrGoOnInTheirs()
    {
        var pcma = new RecordingOutlet();
        Stream.Attach(_outlet, Aac);
        Stream.Attach(_other, AacOrMp3);
        Stream.Attach(pcma, Pcma);
        Flow(TestFrames.Aac, 500);
        _hub.RunAudio();
        Flow(TestFrames.Mp3, 500);
        _hub.RunAudio();
        Flow(TestFrames.Mp3, 500);
        _hub.RunAudio();
        Assert.Equal(["Aac>Pcma", "Mp3>Aac", "Mp3>Pcma"], Transcoders.Asked.Order());
        Assert.Equal(50, TimesOf(_other, 'M').Length);
        Assert.Equal(25, TimesOf(_other, 'A').Length);
        Assert.Empty(TimesOf(_outlet, 'M'));
        AssertForward(_outlet, 'A', until: 1400);
        AssertForward(pcma, 'P', until: 1400);
    }

    [Fact]
    public void PublisherBeginsToSendWhatWasConverted_BridgeStopsAtOnce()
    {
        Stream.Attach(_outlet, Aac);
        Flow(TestFrames.Opus, 500);
        _hub.RunAudio();
        Flow(TestFrames.Aac, 500);
        _hub.RunAudio();
        Assert.Equal(0, Transcoders.Alive);
        Assert.Empty(Stream.Snapshot().Bridges);
        AssertForward(_outlet, 'A', until: 960);
        Assert.Equal(Enumerable.Range(25, 25).Select(step => step * 20), TimesOf(_outlet, 'A')[^25..]);
    }

    [Fact]
    public void PublisherChangesItsConfiguration_SoundGoesOnWithAnotherTranscoder()
    {
        Stream.Attach(_outlet, Pcma);
        Flow(TestFrames.Aac, 500);
        _hub.RunAudio();
        Flow(TestFrames.Aac44, 500);
        _hub.RunAudio();
        Assert.Equal((2, 1), (Transcoders.Created, Transcoders.Alive));
        AssertForward(_outlet, 'P', until: 900);
    }

    [Fact]
    public void EqualFormatInAnotherObject_IsNoChange()
    {
        Stream.Attach(_outlet, Pcma);
        Flow(TestFrames.Aac, 500);
        _hub.RunAudio();
        Flow(TestFrames.Aac with { Channels = 2 }, 500);
        _hub.RunAudio();
        Assert.Equal(1, Transcoders.Created);
        AssertWholeSound(_outlet, 'P', from: 0, until: 900);
    }

    [Fact]
    public void FormatChangesWithEveryPacket_TranscodersAreMadeTwiceASecondAtMost()
    {
        Stream.Attach(_outlet, Pcma);
        for (int packet = 0; packet < 100; packet++)
        {
            Flow(packet % 2 == 0 ? TestFrames.Aac : TestFrames.Aac44, 20);
            _hub.Time.Advance(TimeSpan.FromMilliseconds(20));
            _hub.RunAudio();
        }

        Assert.InRange(Transcoders.Created, 3, 5);
        AssertForward(_outlet, 'P', until: 1800);
    }

    [Fact]
    public void NoTranscoderForThePublishersCodec_ViewersStartAtOnceWithoutSoundAndItIsTriedOnce()
    {
        Transcoders.Unsupported.Add(CodecId.Speex);
        Stream.Attach(_outlet, Aac);
        Flow(TestFrames.SoundFormat(CodecId.Speex), 40);
        _hub.RunAudio();
        Assert.Equal(new StreamFormats(TestFrames.Picture360, null), _outlet.Formats);
        Flow(TestFrames.SoundFormat(CodecId.Speex), 1000);
        _hub.RunAudio();
        Assert.Equal(1, Transcoders.Created);
        Assert.Equal(52, _outlet.Frames.Count);

        Flow(TestFrames.Mp3, 500);
        _hub.RunAudio();
        AssertForward(_outlet, 'A', until: 1400);
    }

    [Fact]
    public void EveryCodecIsWanted_EachHasItsBridge()
    {
        CodecId[] targets = [CodecId.Aac, CodecId.Pcma, CodecId.Pcmu, CodecId.Speex, CodecId.Mp3, CodecId.Nellymoser];
        Flow(TestFrames.Opus, 100);
        foreach (CodecId target in targets)
        {
            Stream.Attach(new RecordingOutlet(), Named(target));
        }

        Flow(TestFrames.Opus, 100);
        _hub.RunAudio();
        Assert.Equal(targets.Order(), Stream.Snapshot().Bridges.Select(bridge => bridge.Target).Order());
        Assert.InRange(targets.Length + 1, 0, DerivedSound.MaximumTargets);
    }

    [Fact]
    public void NobodyWantsOneOfTheCodecsAnyMore_ItsBridgeStopsAfterTheLingerAndTheOtherGoesOn()
    {
        Stream.Attach(_outlet, Aac);
        Stream.Attach(_other, Pcma);
        Flow(TestFrames.Opus, 100);
        _hub.RunAudio();
        Stream.Detach(_other);
        Flow(TestFrames.Opus, 100);
        _hub.Time.Advance(TimeSpan.FromSeconds(10));
        Flow(TestFrames.Opus, 100);
        _hub.RunAudio();
        Assert.Equal(CodecId.Aac, Assert.Single(Stream.Snapshot().Bridges).Target);
        Assert.Equal(1, Transcoders.Alive);
    }

    [Fact]
    public void SoundOfAnEncoderLagsBehindItsPictures_ItIsNotFilledBeforeHalfASecond()
    {
        Stream.Attach(_outlet, Pcma);
        Flow(TestFrames.Aac, 500);
        _hub.RunAudio();
        for (int time = 500; time < 980; time += 40)
        {
            _hub.Time.Advance(TimeSpan.FromMilliseconds(40));
            _lease.Publish(_frames.Delta(time));
            _hub.RunAudio();
        }

        Assert.Empty(Transcoders.Fills);
        _hub.Time.Advance(TimeSpan.FromMilliseconds(200));
        _lease.Publish(_frames.Delta(1180));
        _hub.RunAudio();
        Assert.Equal([680], Transcoders.Fills);
    }

    private static SubscriptionOptions Named(CodecId codec) =>
        new(new AudioPreference(codec, CodecSet.Empty, codec), StartPoint.CachedGroup);

    private static int[] TimesOf(RecordingOutlet outlet, char kind) =>
        [.. outlet.Frames.Where(frame => frame[0] == kind).Select(frame => int.Parse(frame.AsSpan(1)))];

    /// <summary>Frames of 1024 samples cover the span without hole or overlap.</summary>
    private static void AssertWholeSound(RecordingOutlet outlet, char kind, int from, int until)
    {
        int[] times = TimesOf(outlet, kind);
        Assert.InRange(times[0], from, from + 21);
        Assert.InRange(times[^1], until, int.MaxValue);
        for (int index = 0; index < times.Length; index++)
        {
            Assert.InRange(times[index] - times[0] - (index * 1024 / 48.0), -1.01, 1.01);
        }
    }

    /// <summary>Sound goes on up to the time given without a step back and without a hole of more than three frames.</summary>
    private static void AssertForward(RecordingOutlet outlet, char kind, int until)
    {
        int[] times = TimesOf(outlet, kind);
        Assert.InRange(times[^1], until, int.MaxValue);
        Assert.All(times.Zip(times[1..]), pair => Assert.InRange(pair.Second - pair.First, 1, 65));
    }

    /// <summary>Publishes a picture and a packet of sound every 20 ms; the first picture of all is a keyframe.</summary>
    private void Flow(TrackFormat sound, int milliseconds)
    {
        for (int end = _time + milliseconds; _time < end; _time += 20)
        {
            _lease.Publish(_time == 0 ? _frames.Key(0) : _frames.Delta(_time));
            _lease.Publish(_frames.EncoderSound(sound, _time));
        }
    }
}
