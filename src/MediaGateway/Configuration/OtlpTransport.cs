namespace MediaGateway.Configuration;

/// <summary>How OTLP is carried.</summary>
internal enum OtlpTransport
{
    /// <summary>gRPC, by custom on port 4317.</summary>
    Grpc,

    /// <summary>Protocol buffers over HTTP, by custom on port 4318; the path is <c>/v1/metrics</c> unless the address has one.</summary>
    Http,
}
