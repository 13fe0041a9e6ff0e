namespace MediaGateway.Media.H264;

/// <summary>NAL unit types that matter here (H.264 table 7-1). Any other value of the five bits may occur.</summary>
public enum NalUnitType
{
    /// <summary>Unspecified; decoders ignore it.</summary>
    Unspecified = 0,

    /// <summary>Slice of a picture that is not an IDR picture.</summary>
    NonIdrSlice = 1,

    /// <summary>Slice of an IDR picture.</summary>
    IdrSlice = 5,

    /// <summary>Supplemental enhancement information.</summary>
    SupplementalEnhancementInformation = 6,

    /// <summary>Sequence parameter set.</summary>
    SequenceParameterSet = 7,

    /// <summary>Picture parameter set.</summary>
    PictureParameterSet = 8,

    /// <summary>Access unit delimiter.</summary>
    AccessUnitDelimiter = 9,

    /// <summary>End of sequence.</summary>
    EndOfSequence = 10,

    /// <summary>End of stream.</summary>
    EndOfStream = 11,

    /// <summary>Filler data.</summary>
    FillerData = 12,
}
