namespace MediaGateway.Configuration;

/// <summary>One entry of <see cref="PushOptions.Targets"/>.</summary>
internal sealed class PushTargetOptions
{
    /// <summary>Which streams: <c>application/name</c>; a <c>*</c> at the end of either part stands for anything.</summary>
    public string Stream { get; set; } = "";

    /// <summary>
    /// The whole address, key included: <c>rtmp://host/app/key</c>. <c>{name}</c> in it stands for the stream's name, which a pattern for
    /// several streams needs.
    /// </summary>
    public string Url { get; set; } = "";
}
