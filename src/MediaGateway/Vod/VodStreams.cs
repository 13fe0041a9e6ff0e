using System.Diagnostics.CodeAnalysis;
using MediaGateway.Media.Memory;
using MediaGateway.Streams;

namespace MediaGateway.Vod;

/// <summary>
/// Files as streams, for viewers who take frames as they are due: a stream of its own for each, which nobody else finds, so that sound and pictures
/// are converted for it as for any other. It begins with its first outlet, and ends with the file or when the outlet has gone. Any thread.
/// </summary>
internal sealed class VodStreams(VodCatalog catalog, VodPump pump, StreamRegistry streams, BufferPool buffers) : IStreamSource
{
    /// <inheritdoc/>
    /// <remarks>Looks at no disk: whether there is the file shows when it is opened, on a thread that may wait.</remarks>
    public StreamSearch Find(in StreamQuery query)
    {
        if (!query.TakesFiles || !catalog.IsVod(query.Key.Application) || !VodName.TryParse(query.Key.Name, out VodName? name, out _))
        {
            return default;
        }

        var feed = new VodStreamFeed(query.Key, catalog.OpenAsync(query.Key.Application, name), streams, buffers);
        pump.Add(feed);
        return StreamSearch.Found(feed.Stream);
    }

    /// <summary>
    /// The key of what a viewer asks for: of a file in applications that play files, where its name may lie in folders, else of a stream.
    /// </summary>
    public bool TryCreateKey(string? application, string? name, out StreamKey key, [NotNullWhen(false)] out string? refusal)
    {
        if (!catalog.IsVod(application))
        {
            return StreamKey.TryCreate(application, name, out key, out refusal);
        }

        key = default;
        return VodName.TryParse(name, out VodName? file, out refusal) && StreamKey.TryCreateFile(application, file.Path, out key, out refusal);
    }

    /// <summary>
    /// The key of what a page asks for: a stream of one application, which it does not name, or a file, which it names with its own:
    /// <c>vod/dir/clip.mp4</c>.
    /// </summary>
    public bool TryCreatePageKey(string application, string name, out StreamKey key, [NotNullWhen(false)] out string? refusal)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && PlaysFiles(name[..slash])
            ? TryCreateKey(name[..slash], name[(slash + 1)..], out key, out refusal)
            : StreamKey.TryCreate(application, name, out key, out refusal);
    }

    /// <summary>Whether an application plays files.</summary>
    public bool PlaysFiles(string application) => catalog.IsVod(application);

    /// <summary>Opens the file of a key, to look at it; the caller disposes it.</summary>
    public Task<VodOpening> OpenAsync(StreamKey key) =>
        VodName.TryParse(key.Name, out VodName? name, out _) ? catalog.OpenAsync(key.Application, name) : Task.FromResult(VodOpening.Missing);

    /// <summary>Whether a key is that of a file which does not exist. Looks at the disk.</summary>
    public async Task<bool> IsMissingAsync(StreamKey key)
    {
        if (!catalog.IsVod(key.Application))
        {
            return false;
        }

        await Task.Yield();
        return !VodName.TryParse(key.Name, out VodName? name, out _) || !catalog.Exists(key.Application, name);
    }
}
