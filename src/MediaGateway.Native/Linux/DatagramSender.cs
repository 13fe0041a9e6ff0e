using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MediaGateway.WebRtc.Sessions;

namespace MediaGateway.Native.Linux;

/// <summary>The sending half of <see cref="UdpBatchSocket"/>: <c>sendmmsg</c> with the source address in a control message.</summary>
internal sealed unsafe class DatagramSender : IDisposable
{
    private const int BatchSize = UdpBatchSocket.BatchSize;

    private readonly bool _isIPv6Socket;
    private readonly PinnedSlots _pins = new(BatchSize);
    private readonly Libc.mmsghdr[] _headers = GC.AllocateArray<Libc.mmsghdr>(BatchSize, pinned: true);
    private readonly Libc.iovec[] _segments = GC.AllocateArray<Libc.iovec>(BatchSize, pinned: true);
    private readonly byte[] _names = GC.AllocateArray<byte>(BatchSize * SocketAddressCodec.MaximumBytes, pinned: true);
    private readonly byte[] _controls = GC.AllocateArray<byte>(BatchSize * ControlMessages.RoomBytes, pinned: true);

    public DatagramSender(bool isIPv6Socket)
    {
        _isIPv6Socket = isIPv6Socket;
    }

    private enum Outcome
    {
        Done,
        BufferFull,
    }

    /// <summary>Datagrams that could not be sent.</summary>
    public long Dropped { get; private set; }

    /// <inheritdoc cref="UdpBatchSocket.Send"/>
    public int Send(SafeHandle socket, ReadOnlySpan<OutgoingDatagram> datagrams)
    {
        int done = 0;
        while (done < datagrams.Length)
        {
            ReadOnlySpan<OutgoingDatagram> batch = datagrams[done..Math.Min(done + BatchSize, datagrams.Length)];
            Outcome outcome = SendBatch(socket, batch, out int finished);
            for (int index = 0; index < finished; index++)
            {
                batch[index].Buffer.Dispose();
            }

            done += finished;
            if (outcome == Outcome.BufferFull)
            {
                break;
            }
        }

        return done;
    }

    /// <inheritdoc/>
    public void Dispose() => _pins.Dispose();

    private static T* Pointer<T>(T[] pinned, int index)
        where T : unmanaged =>
        (T*)Unsafe.AsPointer(ref pinned[index]);

    private Outcome SendBatch(SafeHandle socket, ReadOnlySpan<OutgoingDatagram> batch, out int finished)
    {
        for (int slot = 0; slot < batch.Length; slot++)
        {
            Prepare(slot, batch[slot]);
        }

        Outcome outcome = SendPrepared(socket, batch.Length, out finished);
        for (int slot = 0; slot < batch.Length; slot++)
        {
            _pins.Unpin(slot);
        }

        return outcome;
    }

    private void Prepare(int slot, in OutgoingDatagram datagram)
    {
        int nameOffset = slot * SocketAddressCodec.MaximumBytes;
        int controlOffset = slot * ControlMessages.RoomBytes;
        Span<byte> name = _names.AsSpan(nameOffset, SocketAddressCodec.MaximumBytes);
        Span<byte> control = _controls.AsSpan(controlOffset, ControlMessages.RoomBytes);
        int nameLength = SocketAddressCodec.Write(name, datagram.Path.Remote, _isIPv6Socket);
        int controlLength = ControlMessages.WriteSource(control, datagram.Path.Local, _isIPv6Socket);
        _segments[slot] = new Libc.iovec { iov_base = _pins.Pin(slot, datagram.Buffer.Memory), iov_len = (nuint)datagram.Length };

        // Without a name the kernel refuses this one datagram (EDESTADDRREQ), and it is dropped like any other that cannot be sent.
        _headers[slot].msg_hdr = new Libc.msghdr
        {
            msg_name = nameLength == 0 ? null : Pointer(_names, nameOffset),
            msg_namelen = (uint)nameLength,
            msg_iov = Pointer(_segments, slot),
            msg_iovlen = 1,
            msg_control = controlLength == 0 ? null : Pointer(_controls, controlOffset),
            msg_controllen = (nuint)controlLength,
        };
    }

    private Outcome SendPrepared(SafeHandle socket, int count, out int finished)
    {
        finished = 0;
        int failures = 0;
        while (finished < count)
        {
            int sent = Libc.sendmmsg(socket, Pointer(_headers, finished), (uint)(count - finished), Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL);
            if (sent > 0)
            {
                finished += sent;
                failures = 0;
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error is Libc.EBADF or Libc.ENOTSOCK)
            {
                throw new LinuxException("sendmmsg", error);
            }

            if (error == Libc.EAGAIN)
            {
                return Outcome.BufferFull;
            }

            // EINTR and an error left behind by an earlier datagram (ECONNREFUSED) say nothing of this one: try it once more.
            failures++;
            if (failures > 1 || error is not (Libc.EINTR or Libc.ECONNREFUSED))
            {
                Dropped++;
                finished++;
                failures = 0;
            }
        }

        return Outcome.Done;
    }
}
