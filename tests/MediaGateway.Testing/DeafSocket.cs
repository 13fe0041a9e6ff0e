using System.Net.Sockets;

namespace MediaGateway.Testing;

/// <summary>Makes a TCP connection look as if the machine at one end had vanished: its kernel sees nothing that arrives, and so answers nothing.</summary>
public static unsafe class DeafSocket
{
    private const int SolSocket = 1; // SOL_SOCKET of <asm-generic/socket.h>
    private const int SoAttachFilter = 26; // SO_ATTACH_FILTER, likewise

    /// <summary>A program of the classic packet filter of one instruction: take no byte of the packet (BPF_RET | BPF_K, 0).</summary>
    private const ulong TakeNothing = 0x06;

    /// <summary>From now on the socket receives nothing.</summary>
    public static void Make(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ulong instruction = TakeNothing;
        Span<byte> program = stackalloc byte[16]; // struct sock_fprog: the number of instructions, and where they are.
        BitConverter.TryWriteBytes(program, (ushort)1);
        BitConverter.TryWriteBytes(program[8..], (ulong)&instruction);
        socket.SetRawSocketOption(SolSocket, SoAttachFilter, program);
    }
}
