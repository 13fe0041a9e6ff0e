namespace MediaGateway.WebRtc.Rtp.Sending;

/// <summary>
/// What the way to the peer carries, as far as its reports say: its own estimate (REMB), and less when it reports much loss. As long as
/// nothing speaks against it, one and a half times what the stream needs.
/// </summary>
/// <param name="start">bit/s at the beginning.</param>
internal sealed class SendBitrate(long start)
{
    private const double MuchLoss = 0.1;
    private const double LittleLoss = 0.02;
    private const double Rise = 1.08;
    private const long Minimum = 100_000;
    private const long Maximum = 50_000_000;

    private double _lossLimit = Maximum;
    private double _peerLimit = Maximum;

    /// <summary>bit/s that the stream needs; 0 while unknown.</summary>
    public long StreamBitsPerSecond { get; set; }

    /// <summary>The estimate.</summary>
    public long EstimateBitsPerSecond =>
        Math.Max(Minimum, (long)Math.Min(Math.Max(start, StreamBitsPerSecond * 1.5), Math.Min(_lossLimit, _peerLimit)));

    /// <summary>Takes the loss of a receiver report.</summary>
    public void OnReceiverReport(double lossRatio)
    {
        if (lossRatio > MuchLoss)
        {
            _lossLimit = EstimateBitsPerSecond * (1 - (lossRatio / 2));
        }
        else if (lossRatio < LittleLoss)
        {
            _lossLimit = Math.Min(Maximum, _lossLimit * Rise);
        }
    }

    /// <summary>Takes the peer's own estimate.</summary>
    public void OnMaximumBitrate(double bitsPerSecond) => _peerLimit = bitsPerSecond;
}
