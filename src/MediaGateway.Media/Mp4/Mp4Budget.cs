using MediaGateway.Media.Files;

namespace MediaGateway.Media.Mp4;

/// <summary>How many boxes and frames of one file may still be looked at; a run of frames that says nothing of each costs no bytes. One owner, one thread.</summary>
internal sealed class Mp4Budget
{
    private int _left = MediaFileLimits.MaximumParts;
    private long _samplesLeft = MediaFileLimits.MaximumSamples;

    /// <summary>One more.</summary>
    public void Spend()
    {
        _left--;
        if (_left < 0)
        {
            throw new MediaFileException($"The file has more than {MediaFileLimits.MaximumParts} boxes.");
        }
    }

    /// <summary>Frames that a table or a run claims to have.</summary>
    public void SpendSamples(uint count)
    {
        if (count > _samplesLeft)
        {
            throw new MediaFileException($"The file has more than {MediaFileLimits.MaximumSamples} frames.");
        }

        _samplesLeft -= count;
    }
}
