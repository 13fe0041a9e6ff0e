using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using MediaGateway.Media.Files;
using MediaGateway.Media.Hls;
using MediaGateway.Media.Memory;
using MediaGateway.Vod;

namespace MediaGateway.Servers.Hls;

/// <summary>
/// Makes segments of files on request, a few at a time; nothing of them is kept but how a file is cut, as long as its index lives. Any thread.
/// </summary>
internal sealed class HlsFileMuxer(VodCatalog catalog, HlsServices services) : IDisposable
{
    /// <summary>Segments that are made at the same time; the next request waits.</summary>
    public const int MaximumReadings = 4;

    private const int SecretBytes = 32;
    private const int NameBytes = 9;

    private readonly SemaphoreSlim _places = new(MaximumReadings);
    private readonly ConditionalWeakTable<MediaFile, HlsFileCut> _cuts = [];
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>Opens a file and cuts it; or says why there is none to be had.</summary>
    public async Task<(VodFile? File, HlsFilePlan? Plan, VodOpening Opening)> OpenAsync(string application, VodName name)
    {
        VodOpening opening = await catalog.OpenAsync(application, name);
        if (opening.File is not { } file)
        {
            return (null, null, opening);
        }

        HlsFileCut cut = _cuts.GetValue(file.Index, static index => new HlsFileCut(HlsFilePlan.Make(index, out string? refusal), refusal));
        if (cut.Plan is null)
        {
            file.Dispose();
            return (null, null, VodOpening.Refused(cut.Refusal ?? "HLS cannot be made of the file."));
        }

        return (file, cut.Plan, opening);
    }

    /// <summary>Where a file comes from.</summary>
    public HlsFileOrigin OriginOf(string application, VodFile file) => catalog.Origin(application, file) switch
    {
        (_, IsWritten: true) => HlsFileOrigin.Growing,
        (IsRecorded: true, _) => HlsFileOrigin.Recorded,
        _ => HlsFileOrigin.Plain,
    };

    /// <summary>
    /// What stands in the addresses of a file's segments: only who has been given a playlist in this run of the gateway knows it.
    /// </summary>
    public string NameOf(string application, VodName name)
    {
        byte[] hash = HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes($"{application}/{name.Prefix}:{name.Path}"));
        return Convert.ToHexStringLower(hash.AsSpan(0, NameBytes));
    }

    /// <summary>Makes a segment; the caller owns a reference.</summary>
    /// <exception cref="MediaFileException">The file is not what it was.</exception>
    public async Task<HlsBlob> ReadAsync(VodFile file, MediaFile index, HlsFilePlan plan, int number, CancellationToken cancellation)
    {
        await _places.WaitAsync(cancellation);
        try
        {
            return await Task.Run(
                () =>
                {
                    PooledBuffer block = HlsFileReader.Read(index, file.Source, plan, number, services.Buffers, out int length);
                    return new HlsBlob(block, length);
                },
                cancellation);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}
