using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

public sealed class DeadlineTests
{
    private static readonly TimeSpan Instant = TimeSpan.FromTicks(1);
    private static readonly RtmpSessionOptions Options = new();

    [Fact]
    public void NoHandshake_EndsAfterFiveSeconds()
    {
        using var script = new RtmpScript();
        AssertEndsAfter(script, TimeSpan.FromSeconds(5), RtmpError.HandshakeTimeout);
    }

    [Fact]
    public void HandshakeByteByByte_HasNoMoreTime()
    {
        using var script = new RtmpScript();
        foreach (byte value in RtmpTestClient.Hello()[..4])
        {
            script.Wait(TimeSpan.FromSeconds(1));
            script.Send(value);
        }

        AssertEndsAfter(script, TimeSpan.FromSeconds(1), RtmpError.HandshakeTimeout);
    }

    [Fact]
    public void NoConnect_EndsTenSecondsAfterTheStart()
    {
        using var script = new RtmpScript();
        script.Wait(TimeSpan.FromSeconds(4));
        script.Send([.. RtmpTestClient.Hello(), .. RtmpTestClient.Finish()]);
        AssertEndsAfter(script, TimeSpan.FromSeconds(6), RtmpError.ConnectTimeout);
    }

    [Fact]
    public void NoPlay_EndsAfterFifteenSeconds_WhateverElseIsSaid()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Wait(TimeSpan.FromSeconds(14));
        script.Send(script.Client.Command("createStream", 0, [null]));
        AssertEndsAfter(script, TimeSpan.FromSeconds(1), RtmpError.IdleTimeout);
    }

    [Fact]
    public void EndOfPlaying_StartsTheIdleTimeAnew()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Wait(TimeSpan.FromSeconds(19));
        script.Do(session => session.EndPlay(1));
        AssertEndsAfter(script, TimeSpan.FromSeconds(15), RtmpError.IdleTimeout);
    }

    [Fact]
    public void SilentViewer_IsPingedAndThenTakenForGone()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Wait(Options.PingInterval - Instant);
        script.ExpectNothing();
        script.Wait(Instant);
        script.Expect("UserControl 6");
        for (int ping = 2; ping <= 7; ping++)
        {
            script.Wait(Options.PingInterval);
            script.Expect("UserControl 6");
        }

        AssertEndsAfter(script, TimeSpan.FromSeconds(4), RtmpError.PeerSilent);
    }

    [Fact]
    public void SilentViewerToWhomMediaFlows_IsPingedAtEveryThirdInterval()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.IsFed = true;
        script.Wait((3 * Options.PingInterval) - Instant);
        script.ExpectNothing();
        script.Wait(Instant);
        script.Expect("UserControl 6");
        script.Wait((3 * Options.PingInterval) - Instant);
        script.ExpectNothing();
        script.IsFed = false;
        script.Wait(Instant);
        script.Expect("UserControl 6");
        script.Wait(Options.PingInterval);
        script.Expect("UserControl 6");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ViewerThatVanishes_IsGoneWithinHalfAMinuteWheneverThatWas(bool isPaused)
    {
        for (int second = 0; second < 24; second++)
        {
            using RtmpScript script = RtmpScript.Playing();
            if (isPaused)
            {
                script.Send(script.Client.CommandWithTransaction("pause", 0, 1, null, true, 0));
            }

            script.Wait(TimeSpan.FromSeconds(second));
            script.VanishedAt = script.Now;
            script.Wait(Options.AcknowledgementTimeout - Instant);
            RtmpProtocolException exception = Assert.Throws<RtmpProtocolException>(() => script.Wait(TimeSpan.FromSeconds(9)));
            Assert.Equal(RtmpError.PeerSilent, exception.Error);
        }
    }

    [Fact]
    public void PingThatHasJustBeenSent_IsNotHeldAgainstAViewerThatWasQuietForLong()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.VanishedAt = script.Now - TimeSpan.FromMinutes(1);
        script.Wait(2 * Options.PingInterval);
        script.VanishedAt = null;
        script.Wait(Options.PingInterval);
        Assert.Equal(RtmpSessionState.Connected, script.Session.State);
    }

    [Fact]
    public void ViewerThatAnswersPings_Stays()
    {
        using RtmpScript script = RtmpScript.Playing();
        for (int i = 0; i < 1000; i++)
        {
            script.Wait(Options.PingInterval);
            RtmpTestMessage ping = script.Next();
            Assert.Equal("UserControl 6", ping.ToString());
            byte[] pong = script.Client.UserControl(7, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(ping.Body.AsSpan(2)));
            script.Send(pong);
        }

        script.ExpectNothing();
    }

    [Fact]
    public void PausedViewer_MayBeSilentForLonger()
    {
        using RtmpScript script = RtmpScript.Playing();
        script.Send(script.Client.CommandWithTransaction("pause", 0, 1, null, true, 0));
        script.Wait(TimeSpan.FromMinutes(29));
        RtmpProtocolException exception = Assert.Throws<RtmpProtocolException>(() => script.Wait(TimeSpan.FromMinutes(1)));
        Assert.Equal(RtmpError.PeerSilent, exception.Error);
    }

    [Fact]
    public void WhileTheOwnerDecides_NoDeadlineOfThePeerRuns()
    {
        using var script = new RtmpScript();
        script.Send([.. RtmpTestClient.Hello(), .. RtmpTestClient.Finish(), .. script.Client.Connect("live")]);
        Assert.Equal(TimeSpan.MaxValue, script.Session.NextDeadline);
        script.Wait(TimeSpan.FromSeconds(30));
        script.Do(session => session.AcceptConnect());
        AssertEndsAfter(script, TimeSpan.FromSeconds(15), RtmpError.IdleTimeout);
    }

    [Fact]
    public void SmallChunkBudget_ComesBackEverySecond()
    {
        var options = new RtmpSessionOptions { Limits = new RtmpLimits { MaximumSmallChunksPerSecond = 20 } };
        using RtmpScript script = RtmpScript.Playing(options);
        byte[] ping = script.Client.UserControl(7, 1);
        for (int second = 0; second < 5; second++)
        {
            script.Wait(TimeSpan.FromSeconds(1));
            script.Send([.. Enumerable.Repeat(ping, 20).SelectMany(bytes => bytes)]);
        }

        RtmpProtocolException exception = Assert.Throws<RtmpProtocolException>(() => script.Send(ping));
        Assert.Equal(RtmpError.TooManySmallChunks, exception.Error);
    }

    [Fact]
    public void TimeThatGoesBack_IsIgnored()
    {
        using RtmpScript script = RtmpScript.Playing();
        TimeSpan deadline = script.Session.NextDeadline;
        script.Session.Advance(TimeSpan.Zero);
        Assert.Equal(deadline, script.Session.NextDeadline);
        script.ExpectNothing();
    }

    [Fact]
    public void ClosedSession_HasNoDeadline()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Do(session => session.Close());
        Assert.Equal(TimeSpan.MaxValue, script.Session.NextDeadline);
        script.Session.Advance(script.Now + TimeSpan.FromDays(1));
    }

    private static void AssertEndsAfter(RtmpScript script, TimeSpan time, RtmpError error)
    {
        script.Wait(time - Instant);
        RtmpProtocolException exception = Assert.Throws<RtmpProtocolException>(() => script.Wait(Instant));
        Assert.Equal(error, exception.Error);
        Assert.Equal(RtmpSessionState.Closed, script.Session.State);
        Assert.Equal(TimeSpan.MaxValue, script.Session.NextDeadline);
    }
}
