namespace MediaGateway.Native.Video;

/// <summary>What a track says of how its pictures look: an encoder says the same, so that players show the same colours in every size.</summary>
/// <param name="Primaries">One of <c>AVCOL_PRI_*</c>.</param>
/// <param name="Transfer">One of <c>AVCOL_TRC_*</c>.</param>
/// <param name="Space">One of <c>AVCOL_SPC_*</c>.</param>
/// <param name="Range">One of <c>AVCOL_RANGE_*</c>.</param>
/// <param name="PixelWidth">With <paramref name="PixelHeight"/> the shape of a pixel; 0: not said.</param>
/// <param name="PixelHeight">See <paramref name="PixelWidth"/>.</param>
internal readonly record struct PictureAppearance(long Primaries, long Transfer, long Space, long Range, int PixelWidth, int PixelHeight);
