namespace MediaGateway.Native.Linux;

/// <summary>How a TCP connection stands in the kernel.</summary>
/// <param name="Bytes">What was handed over and not acknowledged yet, sent or not.</param>
/// <param name="RoundTrip">The shortest round trip time that was seen lately; zero while none was.</param>
public readonly record struct SocketQueue(int Bytes, TimeSpan RoundTrip);
