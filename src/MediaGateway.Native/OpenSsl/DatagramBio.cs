using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaGateway.Native.OpenSsl;

/// <summary>
/// OpenSSL's view of the network: a BIO that is given one datagram at a time to read and keeps each datagram written as one. (The
/// library's own memory BIO is a byte stream and forgets where datagrams end.) The native BIO owns the link to this object and lets
/// go of it when the <c>SSL*</c> that owns the BIO is freed. One thread at a time.
/// </summary>
internal sealed unsafe class DatagramBio
{
    /// <summary>Datagrams kept for the network; more are dropped, as a network would. A flight has at most ten.</summary>
    private const int MaximumQueued = 64;

    private static readonly Lazy<nint> Method = new(CreateMethod);

    private readonly Queue<byte[]> _outgoing = [];
    private byte* _input;
    private int _inputLength;

    /// <summary>Makes the native side and returns it: give it to <c>SSL_set_bio</c>, which takes it over.</summary>
    public nint CreateNative()
    {
        nint bio = LibCrypto.BIO_new(Method.Value);
        OpenSslException.ThrowUnless(bio != 0, "BIO_new");
        LibCrypto.BIO_set_data(bio, GCHandle.ToIntPtr(GCHandle.Alloc(this)));
        LibCrypto.BIO_set_init(bio, 1);
        return bio;
    }

    /// <summary>Offers one datagram to be read; valid until <see cref="ClearInput"/>.</summary>
    public void SetInput(byte* datagram, int length)
    {
        _input = datagram;
        _inputLength = length;
    }

    /// <summary>Takes back what was not read.</summary>
    public void ClearInput() => SetInput(null, 0);

    /// <summary>Takes the oldest datagram that OpenSSL wrote.</summary>
    public bool TryTake(Span<byte> destination, out int length)
    {
        if (!_outgoing.TryDequeue(out byte[]? datagram))
        {
            length = 0;
            return false;
        }

        datagram.CopyTo(destination);
        length = datagram.Length;
        return true;
    }

    private static nint CreateMethod()
    {
        nint method = LibCrypto.BIO_meth_new(LibCrypto.BIO_get_new_index() | LibCrypto.BIO_TYPE_SOURCE_SINK, "datagram queue");
        OpenSslException.ThrowUnless(method != 0, "BIO_meth_new");
        _ = LibCrypto.BIO_meth_set_write(method, &Write);
        _ = LibCrypto.BIO_meth_set_read(method, &Read);
        _ = LibCrypto.BIO_meth_set_ctrl(method, &Control);
        _ = LibCrypto.BIO_meth_set_destroy(method, &Destroy);
        return method;
    }

    private static DatagramBio Of(nint bio) => Unsafe.As<DatagramBio>(GCHandle.FromIntPtr(LibCrypto.BIO_get_data(bio)).Target!); // alive until Destroy

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(nint bio, byte* data, int length)
    {
        LibCrypto.BIO_clear_flags(bio, LibCrypto.BIO_FLAGS_RWS | LibCrypto.BIO_FLAGS_SHOULD_RETRY);
        if (length > 0)
        {
            Of(bio).Enqueue(new ReadOnlySpan<byte>(data, length));
        }

        return length;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint bio, byte* buffer, int capacity)
    {
        LibCrypto.BIO_clear_flags(bio, LibCrypto.BIO_FLAGS_RWS | LibCrypto.BIO_FLAGS_SHOULD_RETRY);
        int length = Of(bio).TakeInput(new Span<byte>(buffer, capacity));
        if (length > 0)
        {
            return length;
        }

        LibCrypto.BIO_set_flags(bio, LibCrypto.BIO_FLAGS_READ | LibCrypto.BIO_FLAGS_SHOULD_RETRY);
        return -1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static CLong Control(nint bio, int command, CLong number, nint pointer) => command switch
    {
        LibCrypto.BIO_CTRL_FLUSH => new CLong(1),
        LibCrypto.BIO_CTRL_PENDING => new CLong(Of(bio)._inputLength),
        _ => new CLong(0),
    };

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Destroy(nint bio)
    {
        GCHandle.FromIntPtr(LibCrypto.BIO_get_data(bio)).Free();
        return 1;
    }

    private void Enqueue(ReadOnlySpan<byte> datagram)
    {
        if (_outgoing.Count < MaximumQueued)
        {
            _outgoing.Enqueue(datagram.ToArray());
        }
    }

    private int TakeInput(Span<byte> buffer)
    {
        int length = Math.Min(_inputLength, buffer.Length);
        new ReadOnlySpan<byte>(_input, length).CopyTo(buffer);
        ClearInput();
        return length;
    }
}
