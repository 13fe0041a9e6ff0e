using MediaGateway.Rtmp.Messages;
using MediaGateway.Testing;
using Xunit;

namespace MediaGateway.Rtmp.Tests.Messages;

public sealed class CommandTests
{
    private const string Play = "02 0004 706c6179 00 4010000000000000 05 02 0001 78 00 c09f400000000000";

    [Fact]
    public void Command_HasNameTransactionAndArguments()
    {
        Assert.True(Command.TryRead(RtmpMessageType.CommandAmf0, Wire.Hex(Play), out Command? command));
        Assert.Equal(("play", 4.0), (command.Name, command.TransactionId));
        Assert.Null(command.Object);
        Assert.Equal("x", command.Argument(0)?.AsString);
        Assert.Equal(-2000, command.Argument(1)?.AsNumber);
        Assert.Null(command.Argument(2));
    }

    [Fact]
    public void Type17_BeginsWithAFormatByte()
    {
        Assert.True(Command.TryRead(RtmpMessageType.CommandAmf3, Wire.Hex("00" + Play), out Command? command));
        Assert.Equal("play", command.Name);
        Assert.True(Command.TryRead(RtmpMessageType.CommandAmf3, Wire.Hex(Play), out command));
        Assert.Equal("play", command.Name);
    }

    [Theory]
    [InlineData("02 0004 706c6179", 0)]
    [InlineData("02 0004 706c6179 05", 0)]
    [InlineData("02 0004 706c6179 00 4010000000000000", 4)]
    public void NameAlone_IsACommand(string hex, double transactionId)
    {
        Assert.True(Command.TryRead(RtmpMessageType.CommandAmf0, Wire.Hex(hex), out Command? command));
        Assert.Equal(("play", transactionId), (command.Name, command.TransactionId));
        Assert.Empty(command.Arguments);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("00 4010000000000000")]
    [InlineData("05")]
    [InlineData("02 0004 706c6179 00 4010000000000000 11 06")]
    [InlineData("02 0004 706c6179 00 4010000000000000 03 0001 61")]
    public void BrokenBody_IsRefused(string hex) => Assert.False(Command.TryRead(RtmpMessageType.CommandAmf0, Wire.Hex(hex), out _));
}
