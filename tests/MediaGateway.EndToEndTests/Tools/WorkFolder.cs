namespace MediaGateway.EndToEndTests.Tools;

/// <summary>A folder for the files of one test, removed with it unless <c>MEDIAGATEWAY_KEEP_FILES</c> is set.</summary>
internal sealed class WorkFolder : IDisposable
{
    /// <summary>The folder. Other accounts may read it: VLC runs as one.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("mediagateway-test-").FullName;

    /// <summary>The path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("MEDIAGATEWAY_KEEP_FILES") is null)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
