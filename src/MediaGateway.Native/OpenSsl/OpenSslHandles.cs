namespace MediaGateway.Native.OpenSsl;

/// <summary>An <c>SSL_CTX*</c>. Each <c>SSL*</c> made from it holds a reference of its own.</summary>
internal sealed class SslContextHandle() : CountedHandle(NativeHandleKind.SslContext)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        LibSsl.SSL_CTX_free(handle);
        return true;
    }
}

/// <summary>An <c>SSL*</c> with the BIO that was given to it.</summary>
internal sealed class SslHandle() : CountedHandle(NativeHandleKind.Ssl)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        LibSsl.SSL_free(handle);
        return true;
    }
}

/// <summary>An <c>EVP_CIPHER_CTX*</c>.</summary>
internal sealed class EvpCipherContextHandle() : CountedHandle(NativeHandleKind.CipherContext)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        LibCrypto.EVP_CIPHER_CTX_free(handle);
        return true;
    }
}

/// <summary>An <c>EVP_MD_CTX*</c>.</summary>
internal sealed class EvpDigestContextHandle() : CountedHandle(NativeHandleKind.DigestContext)
{
    /// <inheritdoc/>
    protected override bool Free()
    {
        LibCrypto.EVP_MD_CTX_free(handle);
        return true;
    }
}
