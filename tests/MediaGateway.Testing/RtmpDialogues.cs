namespace MediaGateway.Testing;

/// <summary>Whole dialogues of RTMP clients as bytes, to be changed at will.</summary>
public static class RtmpDialogues
{
    /// <summary>Every kind of message that a publisher sends after publish.</summary>
    public static byte[] Publish()
    {
        using var client = new RtmpTestClient();
        return
        [
            .. client.Control(1, 4096),
            .. client.Message(18, 1, Wire.Hex("02 000d 4073657444617461 4672616d65 02 000a 6f6e4d65746144617461 08 00000001 0005 7769647468 00 4084000000000000 000009")),
            .. client.Message(9, 1, [.. Wire.Hex("17 00 000000"), .. Mp4Boxes.AvcConfiguration]),
            .. client.Message(8, 1, Wire.Hex("af 00 1190")),
            .. client.Message(9, 1, [.. Wire.Hex("17 01 000050 00000028 65"), .. new byte[39]], timestamp: 40),
            .. client.Message(8, 1, Wire.Hex("af 01 2110"), timestamp: 41),
            .. client.Message(22, 1, Wire.Hex("08 000002 000000 00 000000 72d5 0000000d 08 000002 000014 00 000000 72d5 0000000d"), timestamp: 50),
            .. client.Message(9, 1, Wire.Hex("96 11 68766331 00 000001 00 01 000001 00"), timestamp: 0x1000000),
            .. client.Message(17, 0, Wire.Hex("00 02 0004 63616c6c 00 0000000000000000 11 0a 0b 01 03 61 04 01 01")),
            .. client.UserControl(6, 1),
            .. client.Command("FCUnpublish", 0, null, "x"),
            .. client.Command("publish", 1, null, "y", "live"),
        ];
    }
}
