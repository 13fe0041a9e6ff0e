using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaGateway.Media.Frames;
using MediaGateway.Push;
using MediaGateway.Streams;
using MediaGateway.Tests.Servers.Rtmp;
using MediaGateway.Tests.Streams;
using Xunit;

namespace MediaGateway.Tests.Push;

/// <summary>Pushes to a server session of our own over real sockets.</summary>
public sealed class PushTests
{
    private const string Secret = "s3cret-stream-key";

    [Fact]
    public async Task EveryFrame_ArrivesOnceWithItsPayloadAndAConstantOffset()
    {
        await using var target = new RtmpTarget();
        await using var host = new PushHost();
        EncodedStream media = await EncodedStream.CreateAsync(3);
        const int Offset = 4 * 3_600_000;
        PublishLease lease = host.Publish("a", ExpectedTracks.AudioAndVideo);
        StreamPush push = host.Push("a", target.UrlOf(Secret));
        await PushHost.UntilAsync(push, PushState.Publishing);
        foreach (EncodedStream.Unit unit in media.Units)
        {
            lease.Publish(EncodedStream.Frame(unit with { Stamp = unit.Stamp + Offset }, host.Buffers, host.Clock.Now));
        }

        lease.Dispose();
        await PushHost.UntilAsync(() => target.Said.Contains("closed"), "the end of the stream is told and the connection closed");
        await PushHost.UntilAsync(push, PushState.WaitingForStream);

        RtmpTarget.Received[] frames = [.. target.Frames];
        EncodedStream.Unit firstPicture = media.Units.First(unit => unit.Format.Kind == TrackKind.Video);
        EncodedStream.Unit[] expected = [.. media.Units.Where(unit => unit.Stamp >= firstPicture.Stamp)];
        foreach (TrackKind kind in new[] { TrackKind.Video, TrackKind.Audio })
        {
            EncodedStream.Unit[] sent = [.. expected.Where(unit => unit.Format.Kind == kind)];
            RtmpTarget.Received[] received = [.. frames.Where(frame => frame.Kind == kind)];
            Assert.Equal(sent.Length, received.Length);
            Assert.Equal(sent.Select(unit => (long)unit.Stamp - firstPicture.Stamp), received.Select(frame => frame.Milliseconds));
            Assert.Equal(sent.Select(unit => unit.IsKeyframe), received.Select(frame => frame.IsKeyframe));
            Assert.All(sent.Zip(received), pair => Assert.Equal(pair.First.Payload, pair.Second.Payload));
        }

        Assert.Equal(["connect live rtmp://127.0.0.1:" + target.Port + "/live", $"publish {Secret} live", "unpublish", "closed"], target.Said);
        Assert.Equal(expected.Length, push.Statistics.Frames);
        Assert.Equal(0, push.Statistics.DroppedFrames);
    }

    [Fact]
    public async Task Metadata_IsSentAsAPublisherDoesAndAgainWhenTheFormatChanges()
    {
        await using var target = new RtmpTarget();
        await using var host = new PushHost();
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", target.UrlOf("key"));
        await PushHost.UntilAsync(push, PushState.Publishing);
        EncodedStream media = await EncodedStream.CreateAsync(1);
        EncodedStream.Unit picture = media.Units.First(unit => unit.Format.Kind == TrackKind.Video);
        lease.Publish(EncodedStream.Frame(picture, host.Buffers, host.Clock.Now));
        var other = (H264Format)picture.Format;
        other = other with { ConfigurationRecord = other.ConfigurationRecord.ToArray() };
        lease.Publish(EncodedStream.Frame(picture with { Stamp = picture.Stamp + 40, Format = other }, host.Buffers, host.Clock.Now));
        other = new H264Format(WithLevel((byte)(other.ConfigurationRecord.Span[3] + 1), other), other.Width, other.Height);
        lease.Publish(EncodedStream.Frame(picture with { Stamp = picture.Stamp + 80, Format = other }, host.Buffers, host.Clock.Now));
        await PushHost.UntilAsync(() => target.Frames.Count == 3, "three frames");

        // An equal format is no change.
        RtmpTarget.Received[] frames = [.. target.Frames];
        Assert.Same(frames[0].Format, frames[1].Format);
        Assert.NotEqual(frames[1].Format, frames[2].Format);
        Assert.Equal(2, target.Metadata.Count);
        Assert.Equal(320, target.Metadata.First().Properties.First(property => property.Key == "width").Value.AsNumber);

        static byte[] WithLevel(byte level, H264Format format)
        {
            byte[] record = format.ConfigurationRecord.ToArray();
            record[3] = level;
            return record;
        }
    }

    [Fact]
    public async Task TargetThatComesLaterDiesAndComesBack_IsServedEachTime()
    {
        var first = new RtmpTarget();
        int port = first.Port;
        await first.DisposeAsync();
        await using var host = new PushHost();
        var frames = new PushFrames(host.Buffers);
        using PublishLease lease = host.Publish("a");
        lease.Publish(frames.Key(0));
        StreamPush push = host.Push("a", $"rtmp://127.0.0.1:{port}/live/{Secret}");
        await PushHost.UntilAsync(push, PushState.WaitingToRetry);
        Assert.Equal("The target cannot be reached: ConnectionRefused.", push.Reason);

        await using var target = new RtmpTarget(port);
        await PushHost.UntilAsync(push, PushState.Publishing);
        await PushHost.UntilAsync(() => target.Frames.Count == 1, "the cached keyframe");
        target.Cut();
        await PushHost.UntilAsync(() => push.State is PushState.WaitingToRetry, "the loss is seen");
        lease.Publish(frames.Key(2000));
        lease.Publish(frames.Delta(2040));
        await PushHost.UntilAsync(push, PushState.Publishing);
        await PushHost.UntilAsync(() => target.Frames.Count(frame => frame.Connection == 2) >= 2, "the second connection");
        RtmpTarget.Received[] again = [.. target.Frames.Where(frame => frame.Connection == 2)];
        Assert.Equal([(0, true), (40, false)], again.Select(frame => (frame.Milliseconds, frame.IsKeyframe)));
        Assert.Single(host.Streams.Streams);
        Assert.DoesNotContain(host.Log, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SourceThatEndsAndReturns_IsPushedAgain()
    {
        await using var target = new RtmpTarget();
        await using var host = new PushHost();
        var frames = new PushFrames(host.Buffers);
        StreamPush push = host.Push("a", target.UrlOf("key"));
        for (int round = 1; round <= 2; round++)
        {
            await PushHost.UntilAsync(push, PushState.WaitingForStream);
            PublishLease lease = host.Publish("a");
            lease.Publish(frames.Key(0));
            int connection = round;
            await PushHost.UntilAsync(() => target.Frames.Any(frame => frame.Connection == connection), $"round {round}");
            lease.Dispose();
        }

        await PushHost.UntilAsync(() => target.Said.Count(line => line == "unpublish") == 2, "both ends are told");
    }

    [Fact]
    public async Task RefusingTarget_IsToldInItsWordsWithoutTheKey()
    {
        await using var target = new RtmpTarget { Refusal = ("NetStream.Publish.BadName", $"{Secret} is in use, name:pass") };
        await using var host = new PushHost();
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", target.UrlOf(Secret));
        await PushHost.UntilAsync(push, PushState.WaitingToRetry);
        Assert.Equal("The target refuses: NetStream.Publish.BadName: **** is in use, name:pass", push.Reason);
        target.Refusal = null;
        await PushHost.UntilAsync(push, PushState.Publishing);
        Assert.Equal("", push.Reason);
        Assert.DoesNotContain(host.Log, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Redirect_IsFollowedToAnotherTarget()
    {
        await using var other = new RtmpTarget();
        await using var target = new RtmpTarget { Redirect = $"rtmp://127.0.0.1:{other.Port}/app" };
        await using var host = new PushHost();
        using PublishLease lease = host.Publish("a");
        lease.Publish(new PushFrames(host.Buffers).Key(0));
        StreamPush push = host.Push("a", target.UrlOf("key"));
        await PushHost.UntilAsync(() => other.Frames.Count == 1, "the other target is served");
        Assert.Equal([$"connect app rtmp://127.0.0.1:{other.Port}/app", "publish key live"], other.Said);
        Assert.Equal(2, push.Attempts);
    }

    [Fact]
    public async Task RedirectLoop_EndsAfterFourHopsAndIsTriedLater()
    {
        await using var target = new RtmpTarget();
        target.Redirect = $"rtmp://127.0.0.1:{target.Port}/live";
        await using var host = new PushHost();
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", target.UrlOf("key"));
        await PushHost.UntilAsync(push, PushState.WaitingToRetry);
        Assert.Equal((5, "The target redirects too often, or to an address that cannot be used."), (push.Attempts, push.Reason));
    }

    [Theory]
    [InlineData("rtmp://169.254.169.254/latest", "The target's address is not public")]
    [InlineData("rtmp://127.0.0.2:6379/x", "The target's address is not public")]
    [InlineData("http://127.0.0.1/x", "The target redirects too often, or to an address that cannot be used.")]
    public async Task RedirectIntoOurNetwork_IsNotFollowed(string redirect, string words)
    {
        await using var target = new RtmpTarget { Redirect = redirect };
        await using var host = new PushHost(("Push:AllowPrivateAddresses", "false"), ("Push:AllowedHosts:0", "127.0.0.1"));
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", target.UrlOf("key"));
        await PushHost.UntilAsync(() => push.Reason.StartsWith(words, StringComparison.Ordinal), words);
        Assert.Equal(1, target.Connections);
    }

    [Fact]
    public async Task PrivateAddress_IsAFailureUntilItIsAllowed()
    {
        await using var target = new RtmpTarget();
        await using var host = new PushHost(("Push:AllowPrivateAddresses", "false"));
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", target.UrlOf("key"));
        await PushHost.UntilAsync(push, PushState.Failed);
        Assert.Contains("Push:AllowedHosts", push.Reason, StringComparison.Ordinal);
        Assert.Equal(0, target.Connections);
    }

    // A name that answers differently the second time gains nothing: it is asked once for each connection.
    [Fact]
    public async Task NameThatChangesItsMind_IsConnectedToWhereItWasChecked()
    {
        await using var target = new RtmpTarget();
        int asked = 0;
        await using var host = new PushHost(
            (_, _) => Task.FromResult(Interlocked.Increment(ref asked) == 1 ? [IPAddress.Parse("192.168.7.7")] : new[] { IPAddress.Loopback }),
            ("Push:AllowPrivateAddresses", "false"));
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", target.UrlOf("key", host: "flip.example"));
        await PushHost.UntilAsync(push, PushState.Failed);
        Assert.Equal((0, 1), (target.Connections, asked));
    }

    [Fact]
    public async Task SlowTarget_LosesFramesUpToAKeyframeAndTheSourceLosesNothing()
    {
        await using var target = new RtmpTarget { ReadPause = TimeSpan.FromMilliseconds(20), ReadBytes = 16 * 1024 };
        await using var host = new PushHost(("Push:QueueBytes", "1048576"));
        var frames = new PushFrames(host.Buffers);
        using PublishLease lease = host.Publish("a");
        var witness = new RecordingOutlet();
        lease.Stream.Attach(witness, new SubscriptionOptions(AudioPreference.None, StartPoint.CachedGroup));
        StreamPush push = host.Push("a", target.UrlOf("key"));
        await PushHost.UntilAsync(push, PushState.Publishing);
        const int Groups = 40;
        for (int group = 0; group < Groups; group++)
        {
            lease.Publish(frames.Key(group * 1000, bytes: 100_000));
            for (int picture = 1; picture < 5; picture++)
            {
                lease.Publish(frames.Delta((group * 1000) + (picture * 200), bytes: 20_000));
            }
        }

        Assert.Equal(Groups * 5, witness.Frames.Count);
        await PushHost.UntilAsync(() => push.Statistics.DroppedFrames > 0, "frames are dropped");
        target.ReadPause = TimeSpan.Zero;
        await PushHost.UntilAsync(
            () => push.Statistics.Frames + push.Statistics.DroppedFrames == Groups * 5 && target.Frames.Count == push.Statistics.Frames,
            "the rest arrives");
        Assert.Equal(push.Statistics.DroppedFrames, lease.Stream.Drops.Snapshot()["slow_target"]);

        // Never a picture whose predecessor is missing.
        long previous = -200;
        foreach (RtmpTarget.Received frame in target.Frames)
        {
            Assert.True(frame.IsKeyframe || frame.Milliseconds == previous + 200, $"{previous} is followed by {frame.Milliseconds}");
            previous = frame.Milliseconds;
        }

        Assert.Equal(PushState.Publishing, push.State);
    }

    [Fact]
    public async Task HalfOpenTarget_IsGivenUpAndConnectedToAnew()
    {
        await using var target = new RtmpTarget();
        await using var host = new PushHost(("Push:StallTimeout", "00:00:01"), ("Push:QueueBytes", "1048576"));
        var frames = new PushFrames(host.Buffers);
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", target.UrlOf("key"));
        await PushHost.UntilAsync(push, PushState.Publishing);
        target.IsStalled = true;
        int milliseconds = 0;
        await PushHost.UntilAsync(
            () =>
            {
                lease.Publish(frames.Key(milliseconds += 1000, bytes: 500_000));
                return push.State == PushState.WaitingToRetry;
            },
            "the target is given up");
        Assert.Equal("The target takes no bytes.", push.Reason);
        target.IsStalled = false;
        await PushHost.UntilAsync(push, PushState.Publishing);
        Assert.Equal(2, target.Connections);
    }

    [Fact]
    public async Task StoppedPush_SaysGoodbyeAndIsForgotten()
    {
        await using var target = new RtmpTarget();
        await using var host = new PushHost();
        using PublishLease lease = host.Publish("a");
        StreamPush push = host.Push("a", target.UrlOf("key"));
        await PushHost.UntilAsync(push, PushState.Publishing);
        host.Pushes.Stop(push);
        await push.Completion;
        await PushHost.UntilAsync(() => target.Said.Contains("unpublish"), "the target is told");
        Assert.Equal((PushState.Stopped, null), (push.State, host.Pushes.Find(push.Id)));
        Assert.Equal(0, lease.Stream.Snapshot().Viewers);
    }

    [Fact]
    public async Task SameStreamToTheSamePlace_IsADuplicateAndTooManyAreRefused()
    {
        await using var host = new PushHost(("Push:MaximumPushes", "2"));
        StreamPush push = host.Push("a", "rtmp://127.0.0.1:9/live/key");
        PushTarget Target(string name, string url) => PushTarget.Create(TestHub.Key(name), url, isFullUrl: true, out _)!;
        Assert.Equal(PushStart.Duplicate, host.Pushes.Start(Target("a", "rtmp://u:p@127.0.0.1:9/live/key"), out StreamPush? other));
        Assert.Same(push, other);
        Assert.Equal(PushStart.Started, host.Pushes.Start(Target("a", "rtmp://127.0.0.1:9/live/key2"), out _));
        Assert.Equal(PushStart.TooMany, host.Pushes.Start(Target("b", "rtmp://127.0.0.1:9/live/key"), out _));
    }

    [Fact]
    public async Task PushOfTheSettings_BeginsAndEndsWithEachStreamThatFits()
    {
        await using var target = new RtmpTarget();
        await using var host = new PushHost(
            ("Push:Targets:0:Stream", "live/cam*"), ("Push:Targets:0:Url", target.UrlOf("copy-of-{name}")));
        using PublishLease unfit = host.Publish("other");
        PublishLease lease = host.Publish("cam1");
        lease.Publish(new PushFrames(host.Buffers).Key(0));
        await PushHost.UntilAsync(() => target.Frames.Count == 1, "it is pushed");
        Assert.Contains("publish copy-of-cam1 live", target.Said);
        lease.Dispose();
        await PushHost.UntilAsync(() => host.Pushes.Pushes.Count == 0, "it is over with its stream");
        Assert.Equal(1, target.Connections);
    }

    [Theory]
    [InlineData("trusted", true)]
    [InlineData("any", true)]
    [InlineData("strange", false)]
    [InlineData("misnamed", false)]
    public async Task TlsTarget_IsServedWhenItsCertificateIsTrusted(string kind, bool isServed)
    {
        using X509Certificate2 certificate = MakeCertificate(kind == "misnamed" ? "other.example" : "127.0.0.1");
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        try
        {
            await using var target = new RtmpTarget { Certificate = certificate };
            await using var host = new PushHost(kind switch
            {
                "trusted" or "misnamed" => ("Push:CertificateAuthorityFile", file),
                "any" => ("Push:AllowUntrustedCertificates", "true"),
                _ => ("Push:MaximumPushes", "1"),
            });
            using PublishLease lease = host.Publish("a");
            lease.Publish(new PushFrames(host.Buffers).Key(0));
            StreamPush push = host.Push("a", target.UrlOf(Secret, "rtmps"));
            await PushHost.UntilAsync(push, isServed ? PushState.Publishing : PushState.WaitingToRetry);
            if (isServed)
            {
                await PushHost.UntilAsync(() => target.Frames.Count == 1, "the picture arrives");
            }
            else
            {
                Assert.Equal("The target's certificate is not trusted, or it speaks no TLS.", push.Reason);
                Assert.DoesNotContain(target.Said, line => line.StartsWith("connect", StringComparison.Ordinal));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static X509Certificate2 MakeCertificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=push target", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out IPAddress? address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
