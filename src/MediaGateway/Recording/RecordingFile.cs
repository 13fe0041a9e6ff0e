using MediaGateway.Media.Files;
using MediaGateway.Media.Flv;
using MediaGateway.Vod;
using Microsoft.Win32.SafeHandles;

namespace MediaGateway.Recording;

/// <summary>
/// A file that is recorded into: always a new one, below the root and reached by no symbolic link. Written from its start to its end, but
/// for its head. Readers may open it meanwhile. One owner, a writer's thread: everything here waits for the disk.
/// </summary>
internal sealed class RecordingFile : IDisposable
{
    private const int MostNumbers = 10_000;

    private readonly SafeFileHandle _handle;

    private RecordingFile(SafeFileHandle handle, string path, string relativePath) =>
        (_handle, FullPath, RelativePath) = (handle, path, relativePath);

    /// <summary>Where it lies.</summary>
    public string FullPath { get; }

    /// <summary>The same below the root.</summary>
    public string RelativePath { get; }

    /// <summary>Bytes that were written whole.</summary>
    public long Length { get; private set; }

    /// <summary>Makes a file.</summary>
    /// <param name="root">The folder of all recordings.</param>
    /// <param name="name">What <see cref="RecordingName.Make"/> has made.</param>
    /// <param name="extension">With its dot.</param>
    /// <exception cref="IOException">The disk refuses, or there is a symbolic link on the way.</exception>
    /// <exception cref="UnauthorizedAccessException">The gateway may not write there.</exception>
    public static RecordingFile Create(string root, string name, string extension)
    {
        Directory.CreateDirectory(root);
        string[] parts = name.Split('/');
        string folder = root;
        foreach (string part in parts[..^1])
        {
            folder = Path.Combine(folder, part);
            if (new DirectoryInfo(folder).LinkTarget is not null)
            {
                throw new IOException("A folder of the recording is a symbolic link.");
            }

            Directory.CreateDirectory(folder);
        }

        for (int number = 1; number <= MostNumbers; number++)
        {
            string fileName = number == 1 ? $"{parts[^1]}{extension}" : $"{parts[^1]}-{number}{extension}";
            string path = Path.Combine(folder, fileName);
            if (TryCreate(path, out SafeFileHandle? handle))
            {
                return Check(new RecordingFile(handle, path, Path.GetRelativePath(root, path)), root);
            }
        }

        throw new IOException("There are too many recordings of that name.");
    }

    /// <summary>Opens a file that was made before and that nobody writes any more.</summary>
    /// <param name="root">The folder of all recordings.</param>
    /// <param name="relativePath">The file below it.</param>
    /// <exception cref="IOException">The disk refuses, or there is a symbolic link on the way.</exception>
    /// <exception cref="UnauthorizedAccessException">The gateway may not write there.</exception>
    public static RecordingFile Reopen(string root, string relativePath)
    {
        string path = Path.Combine(root, relativePath);
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return Check(new RecordingFile(handle, path, relativePath) { Length = RandomAccess.GetLength(handle) }, root);
    }

    /// <summary>Reads it, as players do.</summary>
    public IByteSource AsSource() => new FileByteSource(_handle);

    /// <summary>Completes it as that says. The head comes last: a file without it plays as well.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Apply(FlvFileRepair repair)
    {
        RandomAccess.Write(_handle, repair.Trailer.Span, repair.Length - repair.Trailer.Length);
        Length = repair.Length;
        CutTorn();
        WriteHead(repair.Head.Span);
        Sync();
    }

    /// <summary>Writes at the end.</summary>
    /// <exception cref="IOException">The disk refuses; the file may have more than <see cref="Length"/> now.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(_handle, bytes, Length);
        Length += bytes.Length;
    }

    /// <summary>Writes the head anew, in one call.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void WriteHead(ReadOnlySpan<byte> bytes) => RandomAccess.Write(_handle, bytes, 0);

    /// <summary>Cuts off what was written in part.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void CutTorn() => RandomAccess.SetLength(_handle, Length);

    /// <summary>Waits until everything is on the disk.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void Sync() => RandomAccess.FlushToDisk(_handle);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    // O_EXCL: neither a file nor a link that is there already is opened. No lock, so that players may read.
    private static bool TryCreate(string path, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SafeFileHandle? handle)
    {
        handle = null;
        try
        {
            handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return true;
        }
        catch (IOException) when (File.Exists(path) || Directory.Exists(path) || new FileInfo(path).LinkTarget is not null)
        {
            return false;
        }
    }

    /// <summary>Asks the kernel what was opened, in case a folder has become a link since it was looked at.</summary>
    private static RecordingFile Check(RecordingFile file, string root)
    {
        if (VodPaths.RealPath(Path.GetFullPath(root)) is { } real && VodPaths.OpenedPath(file._handle) == Path.Combine(real, file.RelativePath))
        {
            return file;
        }

        file.Dispose();
        throw new IOException("The recording would lie outside its folder.");
    }
}
