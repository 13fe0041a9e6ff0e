using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Text;

namespace MediaGateway.Fuzz;

/// <summary>
/// Keeps in a file which input is under way. The file is mapped: it costs nothing to write, and what was written last stands in it even when the
/// process is gone (a stack that overflows, an access violation in a library).
/// </summary>
internal sealed class RunTrace : IDisposable
{
    private const int Bytes = 256;
    private const int NumberBytes = 20;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _numberOffset;
    private readonly byte[] _number = new byte[NumberBytes];

    /// <summary>Makes the file.</summary>
    public RunTrace(string path, string target, int seed)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, Bytes);
        _view = _file.CreateViewAccessor();
        byte[] head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"--target {target} --seed {seed} --number "));
        _view.WriteArray(0, head, 0, head.Length);
        _numberOffset = head.Length;
    }

    /// <summary>Notes the number of the input that is run next.</summary>
    public void Note(long number)
    {
        Array.Fill(_number, (byte)'\n');
        number.TryFormat(_number, out _, default, CultureInfo.InvariantCulture);
        _view.WriteArray(_numberOffset, _number, 0, _number.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
