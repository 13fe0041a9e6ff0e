using MediaGateway.Configuration;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Media.Memory;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Servers.Rtmp.FanOut;
using MediaGateway.Streams;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Tests.Servers.Rtmp.FanOut;

/// <summary>What different viewers of one stream get, as messages on the wire.</summary>
public sealed class StreamFeedTests : IDisposable
{
    private static readonly byte[] RawAac = [0x21, 0x10, 0x04, 0x60, 0x8C, 0x1C];
    private static readonly AacFormat Aac = new(new byte[] { 0x11, 0x90 }, 48_000, 2);
    private static readonly PlainAudioFormat Pcma = new(CodecId.Pcma, 8000, 1, 0x72);
    private static readonly PlainAudioFormat Mp3 = new(CodecId.Mp3, 44_100, 2, 0x2F);
    private static readonly H264Format H264 = new(TestEncoder.ConfigurationRecord, 320, 240);
    private static readonly FlvTagFormat Hevc = new(CodecId.Hevc, TrackKind.Video, new byte[] { 0x90, (byte)'h', (byte)'v', (byte)'c', (byte)'1', 9 }, IsEnhanced: true);

    private static readonly RtmpPeerCapabilities Enhanced = RtmpPeerCapabilities.Plain with
    {
        Codecs = RtmpPeerCapabilities.Plain.Codecs.With(CodecId.Hevc),
        IsEnhanced = true,
    };

    private readonly TrackingBufferPool _buffers = new();
    private readonly RecordingSocket _socket = new();
    private readonly RecordingOwner _owner = new();
    private FanOutBench? _bench;
    private PublishLease? _lease;
    private Viewer? _viewer;

    private FanOutBench Bench => _bench ??= new FanOutBench(_buffers);

    private PublishLease Lease => _lease ??= Bench.Publish();

    public void Dispose()
    {
        _lease?.Dispose();
        _bench?.Dispose();
        _buffers.Dispose();
    }

    [Fact]
    public void SilentViewer_GetsSilenceInTheSamePlacesAndOthersTheSound()
    {
        var loud = new RecordingSocket();
        Publish(Pcma, 0, 1, 2, 3, 4);
        Watch(Variant(CodecId.Pcma) with { IsSilent = true });
        Viewer other = Start(loud, Variant(CodecId.Pcma));
        Publish(Pcma, 20, 5, 6, 7, 8);
        Serve(other);

        RtmpTestMessage[] silent = [.. Messages(_socket).Where(message => message.Type == 8)];
        RtmpTestMessage[] heard = [.. Messages(loud).Where(message => message.Type == 8)];
        Assert.Equal([0x72, 0xD5, 0xD5, 0xD5, 0xD5], silent[0].Body);
        Assert.Equal([0x72, 0xD5, 0xD5, 0xD5, 0xD5], silent[1].Body);
        Assert.Equal([0x72, 5, 6, 7, 8], heard[1].Body);
        Assert.Equal(heard.Select(message => message.Timestamp), silent.Select(message => message.Timestamp));
        Assert.Equal(2, Bench.Feeds.Count);
    }

    [Fact]
    public void SilentViewerOfACodecWithoutSilence_GetsNoSound()
    {
        Lease.Publish(Frame(H264, 0, 1, 2, 3));
        Lease.Publish(Frame(new FlvTagFormat(CodecId.Adpcm, TrackKind.Audio, default), 0, 0x1A, 1));
        Watch(new ViewerVariant(new AudioPreference(null, CodecSet.Of(CodecId.Adpcm), null), true, RtmpPeerCapabilities.Plain));

        Assert.Contains(Messages(_socket), message => message.Type == 9);
        Assert.DoesNotContain(Messages(_socket), message => message.Type == 8);
    }

    [Fact]
    public void PictureCodecThatWasNotAnnounced_IsToldAndNotSent()
    {
        Lease.Publish(Frame(Hevc, 0, 1, 2, 3));
        Watch(ViewerVariant.Plain);

        Assert.Equal(CodecId.Hevc, _owner.Unplayable);
        Assert.DoesNotContain(Messages(_socket), message => message.Type == 9);
    }

    [Fact]
    public void PictureCodecThatWasAnnounced_IsSentAsItCame()
    {
        Lease.Publish(Frame(Hevc, 0, 0x91, 1, 2, 3));
        Watch(ViewerVariant.Plain with { Capabilities = Enhanced });

        RtmpTestMessage[] video = [.. Messages(_socket).Where(message => message.Type == 9)];
        Assert.Null(_owner.Unplayable);
        Assert.Equal(Hevc.SequenceTag.ToArray(), video[0].Body);
        Assert.Equal([0x91, 1, 2, 3], video[1].Body);
    }

    [Fact]
    public void PictureCodecThatChangesToOneNotAnnounced_EndsWithTheLastGoodPicture()
    {
        Lease.Publish(Frame(H264, 0, 1, 2, 3));
        Watch(ViewerVariant.Plain);
        Assert.False(_viewer!.Feed!.Unplayable.HasValue);
        Lease.Publish(Frame(Hevc, 40, 1, 2, 3));
        Serve(_viewer);

        Assert.Equal(CodecId.Hevc, _viewer.Feed!.Unplayable);
        Assert.DoesNotContain(Messages(_socket), message => message is { Type: 9, Timestamp: 40 });
    }

    [Fact]
    public void SoundCodecThatChanges_SendsMetadataAndOnlyTheHeaderOfTheNewTrack()
    {
        Lease.Publish(Frame(H264, 0, 1, 2, 3));
        Lease.Publish(Frame(Aac, 0, RawAac));
        Watch(new ViewerVariant(new AudioPreference(null, CodecSet.Of(CodecId.Aac, CodecId.Mp3), CodecId.Aac), false, RtmpPeerCapabilities.Plain));
        Lease.Publish(Frame(Mp3, 26, 0xFF, 0xFB));
        Lease.Publish(Frame(Aac, 52, RawAac));
        Serve(_viewer!);

        Assert.Equal(
            ["onMetaData", "Video", "Audio", "Video", "Audio", "onMetaData", "Audio", "onMetaData", "Audio", "Audio"],
            Messages(_socket).Select(message => message.ToString()));
        Assert.Equal(2, AudioCodecIdOf(Messages(_socket)[5]));
        Assert.Equal(10, AudioCodecIdOf(Messages(_socket)[7]));
    }

    [Fact]
    public void Data_GoesAlongInOrder()
    {
        Lease.Publish(Frame(H264, 0, 1, 2, 3));
        Watch(ViewerVariant.Plain);
        Lease.Publish(Frame(ScriptDataFormat.Instance, 20, [.. AmfString("onCue")]));
        Lease.Publish(Frame(H264, 40, 1, 2, 3));
        Serve(_viewer!);

        Assert.Equal(["Video", "onCue", "Video"], Messages(_socket).TakeLast(3).Select(message => message.ToString()));
        Assert.Equal(20u, Messages(_socket)[^2].Timestamp);
    }

    [Theory]
    [InlineData("Off", 0)]
    [InlineData("On", 4000)]
    [InlineData("Strict", -1)]
    public void SoundOnly_BeginsAsTheSettingSays(string setting, int firstHeard)
    {
        _bench = new FanOutBench(_buffers, new FanOutSettings { VideoFirst = Enum.Parse<VideoFirst>(setting) });
        Lease.Publish(Frame(Aac, 0, RawAac));
        Watch(ViewerVariant.Plain);
        for (int milliseconds = 500; milliseconds <= 5000; milliseconds += 500)
        {
            Lease.Publish(Frame(Aac, milliseconds, RawAac));
            Serve(_viewer!);
        }

        RtmpTestMessage? first = Messages(_socket).FirstOrDefault(message => message is { Type: 8, Body: [_, 1, ..] });
        Assert.Equal(firstHeard, first is null ? -1 : (int)first.Timestamp);
    }

    [Fact]
    public void SoundOnlyForLong_BeginsAtOnceThoughVideoGoesFirst()
    {
        _bench = new FanOutBench(_buffers, new FanOutSettings { VideoFirst = VideoFirst.On });
        Lease.Publish(Frame(Aac, 0, RawAac));
        Bench.Time.Advance(TimeSpan.FromSeconds(5));
        Lease.Publish(Frame(Aac, 5000, RawAac));
        Watch(ViewerVariant.Plain);
        Lease.Publish(Frame(Aac, 5021, RawAac));
        Serve(_viewer!);

        Assert.Contains(Messages(_socket), message => message is { Type: 8, Body: [_, 1, ..] });
    }

    [Fact]
    public void SoundBeforeALatePicture_WaitsForIt()
    {
        _bench = new FanOutBench(_buffers, new FanOutSettings { VideoFirst = VideoFirst.On });
        Lease.Publish(Frame(Aac, 0, RawAac));
        Watch(ViewerVariant.Plain);
        Lease.Publish(Frame(Aac, 1000, RawAac));
        Lease.Publish(Frame(H264, 1010, 1, 2, 3));
        Lease.Publish(Frame(Aac, 1021, RawAac));
        Serve(_viewer!);

        Assert.Equal(
            [1010u, 1021u],
            Messages(_socket).Where(message => message is { Type: 8 or 9, Body: [_, 1, ..] }).Select(message => message.Timestamp));
    }

    [Fact]
    public void ViewerThatFellBehind_IsToldOnce()
    {
        _bench = new FanOutBench(_buffers, new FanOutSettings { MaxLag = TimeSpan.FromSeconds(1), MaxGroup = TimeSpan.FromSeconds(1) });
        Lease.Publish(Frame(H264, 0, new byte[1000]));
        Watch(ViewerVariant.Plain);
        for (int round = 1; round <= 3; round++)
        {
            _socket.Room = 10;
            for (int picture = 0; picture < 50; picture++)
            {
                Lease.Publish(Frame(H264, (round * 5000) + (picture * 40), new byte[1000]));
                Serve(_viewer!);
            }

            _socket.Room = long.MaxValue;
            Serve(_viewer!);
        }

        Assert.True(_viewer!.Cursor.DroppedFrames > 0);
        Assert.Equal(1, _owner.LossReports);
    }

    private static double? AudioCodecIdOf(RtmpTestMessage metadata) => ((AmfMap)metadata.Values[1]).Find("audiocodecid")?.AsNumber;

    private static byte[] AmfString(string text) => [2, 0, (byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)];

    private static ViewerVariant Variant(CodecId audio) =>
        new(new AudioPreference(audio, CodecSet.Empty, audio), IsSilent: false, RtmpPeerCapabilities.Plain);

    private static IReadOnlyList<RtmpTestMessage> Messages(RecordingSocket socket)
    {
        using var client = new RtmpTestClient();
        client.Receive(new byte[1 + (2 * 1536)]);
        byte[] setChunkSize = [2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0xEA, 0x60];
        client.Receive(setChunkSize);
        return client.Receive(socket.Taken);
    }

    private void Watch(ViewerVariant variant) => _viewer = Start(_socket, variant, _owner);

    private Viewer Start(RecordingSocket socket, ViewerVariant variant, RecordingOwner? owner = null)
    {
        Viewer viewer = Bench.View(socket, owner);
        viewer.TryPost(new ViewerCommand(ViewerCommandKind.StartMedia, Stream: Lease.Stream, MessageStreamId: 1, Variant: variant));
        viewer.Serve(Bench.Batch, Bench.Feeds);
        return viewer;
    }

    private void Serve(Viewer viewer)
    {
        viewer.Feed?.TakeInput();
        viewer.Serve(Bench.Batch, Bench.Feeds);
    }

    private void Publish(TrackFormat format, int milliseconds, params byte[] payload)
    {
        Lease.Publish(Frame(format, milliseconds, payload));
        if (_viewer is not null)
        {
            Serve(_viewer);
        }
    }

    private MediaFrame Frame(TrackFormat format, int milliseconds, params byte[] payload)
    {
        PooledBuffer buffer = _buffers.Rent(payload.Length, BufferOwner.Frame);
        payload.CopyTo(buffer.Span);
        var time = new MediaTime(milliseconds, 1000);
        return new MediaFrame(format, time, time, true, buffer, 0, payload.Length, Bench.Clock.Now);
    }
}
