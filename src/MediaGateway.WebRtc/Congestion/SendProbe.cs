namespace MediaGateway.WebRtc.Congestion;

/// <summary>A burst that shows whether the path has more to give than is being used.</summary>
/// <param name="Id">What the burst's packets are called towards the estimator; never 0.</param>
/// <param name="BitsPerSecond">The rate at which the burst leaves.</param>
/// <param name="Bytes">How much of it, in packets that nobody misses: retransmissions or padding.</param>
internal readonly record struct SendProbe(int Id, long BitsPerSecond, int Bytes);
