namespace MediaGateway.Media.Flv;

/// <summary>What follows the tag header of an AVC or AAC tag (Video File Format v10.1, AVCPacketType in E.4.3.1, AACPacketType in E.4.2.1).</summary>
public enum FlvPacketType : byte
{
    /// <summary>The decoder configuration.</summary>
    SequenceHeader = 0,

    /// <summary>An access unit with length prefixes, or one AAC frame without ADTS.</summary>
    Frame = 1,

    /// <summary>AVC only: the end of the sequence.</summary>
    EndOfSequence = 2,
}
