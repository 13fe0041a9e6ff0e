using System.Runtime.InteropServices;

namespace MediaGateway.Media.Files;

/// <summary>Where one frame lies in its file and when it is due. Times are ticks of its entry's rate.</summary>
/// <param name="Offset">Where its payload starts in the file.</param>
/// <param name="Decoding">Decoding time; 0 for the first frame of the file.</param>
/// <param name="Length">Bytes of payload; never 0.</param>
/// <param name="Composition">Presentation less decoding time.</param>
/// <param name="Entry">Which of <see cref="MediaFile.Entries"/> describes it.</param>
/// <param name="IsKeyframe">Whether decoding may start here; true for all sound.</param>
/// <param name="FirstByte">What the first byte of the payload is to be replaced by; 0 for nothing.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MediaSample(
    long Offset, long Decoding, int Length, int Composition, ushort Entry, bool IsKeyframe, byte FirstByte = 0);
