namespace MediaGateway.Configuration;

/// <summary>One entry of <see cref="RelayOptions.Origins"/>.</summary>
internal sealed class RelayOriginOptions
{
    /// <summary>The application whose streams are looked for there; <c>*</c> stands for every application that has no entry of its own.</summary>
    public string Application { get; set; } = "*";

    /// <summary>
    /// The origin, <c>rtmp[s]://[user:password@]host[:port][/application][?parameters]</c>. Without a path it is asked for the same
    /// application; the parameters go with the stream's name.
    /// </summary>
    public string Url { get; set; } = "";
}
