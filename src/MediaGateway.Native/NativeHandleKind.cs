namespace MediaGateway.Native;

/// <summary>What native libraries and the kernel hold for us, by the kind of its handle.</summary>
public enum NativeHandleKind
{
    /// <summary>An <c>SSL_CTX*</c>.</summary>
    SslContext,

    /// <summary>An <c>SSL*</c>: one DTLS end.</summary>
    Ssl,

    /// <summary>An <c>EVP_CIPHER_CTX*</c>.</summary>
    CipherContext,

    /// <summary>An <c>EVP_MD_CTX*</c>.</summary>
    DigestContext,

    /// <summary>An <c>AVCodecContext*</c>: a coder or decoder.</summary>
    CodecContext,

    /// <summary>An <c>AVCodecParameters*</c>.</summary>
    CodecParameters,

    /// <summary>An <c>AVPacket*</c>.</summary>
    CodecPacket,

    /// <summary>An <c>AVFrame*</c>.</summary>
    CodecFrame,

    /// <summary>A <c>SwsContext*</c>.</summary>
    Scaler,

    /// <summary>An <c>OpusDecoder*</c>.</summary>
    OpusDecoder,

    /// <summary>An <c>OpusEncoder*</c>.</summary>
    OpusEncoder,

    /// <summary>An encoder of Speex.</summary>
    SpeexEncoder,

    /// <summary>A file descriptor of our own making; those of .NET's sockets and files are not among them.</summary>
    FileDescriptor,
}
