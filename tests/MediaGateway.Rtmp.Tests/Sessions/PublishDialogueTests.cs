using System.Buffers;
using MediaGateway.Media.Amf;
using MediaGateway.Media.Frames;
using MediaGateway.Rtmp.Sessions;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Sessions;

public sealed class PublishDialogueTests
{
    private static readonly byte[] Configuration = [0xAF, 0, 0x11, 0x90];

    [Fact]
    public void EncoderDialogue_IsAnsweredInOrder()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("releaseStream", 0, null, "x?s=1"));
        script.Expect("_result");
        script.Send(script.Client.Command("FCPublish", 0, null, "x?s=1"));
        script.Expect("_result", "onFCPublish NetStream.Publish.Start");
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("_checkbw", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("publish", 1, null, "x?s=1", "live"));
        RtmpEvent.PublishRequested request = script.ExpectEvent<RtmpEvent.PublishRequested>();
        Assert.Equal(("live", "x", "live"), (request.Url.Application, request.Url.StreamName, request.Type));
        Assert.Equal("1", request.Url.Name.Parameter("s"));
        script.Do(session => session.AcceptPublish(1));
        script.Expect("UserControl 0", "onStatus NetStream.Publish.Start");
        script.ExpectNothing();
    }

    [Fact]
    public void Media_ComesOutWithTimesOfTheWire()
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Send(script.Client.Message(8, 1, Configuration));
        script.Send(script.Client.Message(8, 1, [0xAF, 1, 7, 8], timestamp: 21));
        MediaFrame frame = script.ExpectFrame();
        Assert.Equal(new MediaTime(21, 1000), frame.Decoding);
        Assert.Equal(frame.Decoding, frame.Presentation);
        Assert.Equal(script.Now, frame.ReceivedAt);
        Assert.Equal([7, 8], frame.Payload.ToArray());
        Assert.Equal(new AacFormat(new byte[] { 0x11, 0x90 }, 48_000, 2), frame.Format);
        frame.Release();
        script.ExpectNothing();
    }

    [Fact]
    public void InputBehindPublish_WaitsForTheAnswer()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        byte[] publish = script.Client.Command("publish", 1, null, "x", "live");
        byte[] media = [.. script.Client.Message(8, 1, Configuration), .. script.Client.Message(8, 1, [0xAF, 1, 7])];
        script.Send([.. publish, .. media]);
        script.ExpectEvent<RtmpEvent.PublishRequested>();
        script.ExpectNothing();
        Assert.Equal(media.Length, script.UnreadBytes);
        script.Do(session => session.AcceptPublish(1));
        script.ExpectFrame().Release();
    }

    [Fact]
    public void RejectedPublish_IsToldTheReasonAndItsMediaGoesNowhere()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("publish", 1, null, "x", "live"));
        script.ExpectEvent<RtmpEvent.PublishRequested>();
        script.Do(session => session.RejectPublish(1, "NetStream.Publish.BadName", "Stream name is already in use."));
        RtmpTestMessage status = script.Next();
        Assert.Equal("onStatus NetStream.Publish.BadName", status.ToString());
        Assert.Equal("error", ((AmfMap)status.Values[3]).Find("level")?.AsString);
        Assert.Equal("Stream name is already in use.", ((AmfMap)status.Values[3]).Find("description")?.AsString);
        script.Send(script.Client.Message(8, 1, Configuration));
        script.Send(script.Client.Message(8, 1, [0xAF, 1, 7]));
        script.ExpectNothing();
        Assert.Equal(2, script.Session.UnexpectedMessages);
    }

    [Theory]
    [InlineData("FCUnpublish")]
    [InlineData("deleteStream")]
    [InlineData("closeStream")]
    [InlineData("publish")]
    public void EndOfAPublisher_TellsTheOwnerAfterItsMedia(string command)
    {
        using RtmpScript script = RtmpScript.Publishing();
        byte[] end = command switch
        {
            "FCUnpublish" => script.Client.Command(command, 0, null, "x"),
            "deleteStream" => script.Client.CommandWithTransaction(command, 0, 0, null, 1),
            "closeStream" => script.Client.CommandWithTransaction(command, 0, 1, [null]),
            _ => script.Client.CommandWithTransaction(command, 0, 1, null, false),
        };
        byte[] media = [.. script.Client.Message(8, 1, Configuration), .. script.Client.Message(8, 1, [0xAF, 1, 7])];
        script.Send([.. media, .. end, .. script.Client.Message(8, 1, [0xAF, 1, 8])]);
        script.ExpectFrame().Release();
        Assert.Equal(1u, script.ExpectEvent<RtmpEvent.StreamClosed>().MessageStreamId);
        string[] replies = command switch
        {
            "FCUnpublish" => ["_result", "onFCUnpublish NetStream.Unpublish.Success", "onStatus NetStream.Unpublish.Success"],
            "deleteStream" => [],
            _ => ["onStatus NetStream.Unpublish.Success"],
        };
        script.Expect(replies);
        script.ExpectNothing();
        Assert.Equal(1, script.Session.UnexpectedMessages);
    }

    [Fact]
    public void EndPublish_IsToldAndFurtherMediaGoesNowhere()
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Do(session => session.EndPublish(1, "NetStream.Publish.BadName", "Taken over by another publisher."));
        script.Expect("onStatus NetStream.Publish.BadName");
        script.Send(script.Client.Message(8, 1, Configuration));
        script.Do(session => session.EndPublish(1, "NetStream.Publish.BadName", "Twice."));
        script.ExpectNothing();
    }

    [Fact]
    public void PublishWithoutCreateStream_IsDenied()
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("publish", 1, null, "x", "live"));
        script.Expect("onStatus NetStream.Publish.Denied");
        script.ExpectNothing();
    }

    [Theory]
    [InlineData("x?a=%zz")]
    [InlineData(null)]
    [InlineData(7)]
    public void NameThatCannotBeRead_IsABadName(object? name)
    {
        using RtmpScript script = RtmpScript.Connected();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("publish", 1, null, name));
        script.Expect("onStatus NetStream.Publish.BadName");
        script.ExpectNothing();
    }

    [Fact]
    public void Metadata_ComesOutInOrderWithFrames()
    {
        using RtmpScript script = RtmpScript.Publishing();
        byte[] metadata = Wire.Hex("02 000d 4073657444617461 4672616d65 02 000a 6f6e4d65746144617461 08 00000001 0005 7769647468 00 4084000000000000 000009");
        script.Send(script.Client.Message(18, 1, metadata));
        script.Send(script.Client.Message(18, 0, metadata));
        Assert.Equal([new("width", new AmfNumber(640))], script.ExpectMetadata().Properties);
        script.ExpectMetadata();
        script.ExpectNothing();
    }

    [Fact]
    public void PublishedMediaThatPilesUp_HaltsTheInput()
    {
        using RtmpScript script = RtmpScript.Publishing();
        byte[] message = script.Client.Message(8, 1, [0x72, 0xD5]);
        var input = new ReadOnlySequence<byte>([.. Enumerable.Repeat(message, 200).SelectMany(bytes => bytes)]);
        int taken = 0;
        while (!input.IsEmpty)
        {
            script.Session.Receive(input, script.Now, out SequencePosition consumed, out SequencePosition examined);
            Assert.Equal(consumed, examined);
            input = input.Slice(consumed);
            int waiting = 0;
            while (script.Session.TryTakePublished(out RtmpPublished item))
            {
                item.Frame?.Release();
                waiting++;
            }

            Assert.InRange(waiting, 1, PublishedQueue.MaximumItems);
            taken += waiting;
        }

        Assert.Equal(200, taken);
    }

    [Fact]
    public void Publishing_RaisesTheMessageLimit()
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Send(script.Client.Control(1, 65_536));
        script.Send(script.Client.Message(9, 1, [0x12, .. new byte[300_000]]));
        MediaFrame frame = script.ExpectFrame();
        Assert.Equal(300_001, frame.Length);
        frame.Release();
    }

    [Fact]
    public void TwoStreamsOfOneConnection_AreToldApart()
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Send(script.Client.Command("createStream", 0, [null]));
        script.Expect("_result");
        script.Send(script.Client.Command("publish", 2, null, "y", "live"));
        script.ExpectEvent<RtmpEvent.PublishRequested>();
        script.Do(session => session.AcceptPublish(2));
        script.Expect("UserControl 0", "onStatus NetStream.Publish.Start");
        script.Send(script.Client.Message(8, 0, [0x72, 1]));
        script.ExpectNothing();
        script.Send(script.Client.Command("FCUnpublish", 0, null, "y"));
        Assert.Equal(2u, script.ExpectEvent<RtmpEvent.StreamClosed>().MessageStreamId);
        script.Expect("_result", "onFCUnpublish NetStream.Unpublish.Success", "onStatus NetStream.Unpublish.Success");
        script.Send(script.Client.Message(8, 0, [0x72, 1]));
        script.ExpectFrame().Release();
    }

    [Fact]
    public void PublishAgain_ClosesTheFormerAndAsksAnew()
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Send(script.Client.Command("publish", 1, null, "y", "live"));
        script.ExpectEvent<RtmpEvent.StreamClosed>();
        Assert.Equal("y", script.ExpectEvent<RtmpEvent.PublishRequested>().Url.StreamName);
    }

    [Fact]
    public void Close_TellsAPublisher()
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Do(session => session.Close());
        script.Expect("onStatus NetStream.Unpublish.Success");
        Assert.Equal(RtmpSessionState.Closing, script.Session.State);
        script.ExpectNothing();
    }

    [Fact]
    public void Silence_WhilePublishingIsNotIdleness()
    {
        using RtmpScript script = RtmpScript.Publishing();
        script.Wait(new RtmpSessionOptions().IdleTimeout + TimeSpan.FromSeconds(1));
        script.Expect("UserControl 6", "UserControl 6");
        script.Do(session => session.EndPublish(1, "NetStream.Unpublish.Success", "Ended."));
        script.Expect("onStatus NetStream.Unpublish.Success");
        RtmpProtocolException broken = Assert.Throws<RtmpProtocolException>(() => script.Wait(TimeSpan.FromSeconds(20)));
        Assert.Equal(RtmpError.IdleTimeout, broken.Error);
    }
}
