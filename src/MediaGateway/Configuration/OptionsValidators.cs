using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

// The source generator writes the range checks of the data annotations into these.

/// <summary>Checks the ranges of <see cref="HttpOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class HttpRanges : IValidateOptions<HttpOptions>;

/// <summary>Checks the ranges of <see cref="RtmpOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class RtmpRanges : IValidateOptions<RtmpOptions>;

/// <summary>Checks the ranges of <see cref="WebRtcOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class WebRtcRanges : IValidateOptions<WebRtcOptions>;

/// <summary>Checks the ranges of <see cref="WhipOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class WhipRanges : IValidateOptions<WhipOptions>;

/// <summary>Checks the ranges of <see cref="HlsOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class HlsRanges : IValidateOptions<HlsOptions>;

/// <summary>Checks the ranges of <see cref="StreamOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class StreamRanges : IValidateOptions<StreamOptions>;

/// <summary>Checks the ranges of <see cref="PushOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class PushRanges : IValidateOptions<PushOptions>;

/// <summary>Checks the ranges of <see cref="RecordingOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class RecordingRanges : IValidateOptions<RecordingOptions>;

/// <summary>Checks the ranges of <see cref="ApiOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class ApiRanges : IValidateOptions<ApiOptions>;

/// <summary>Checks the ranges of <see cref="AudioOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class AudioRanges : IValidateOptions<AudioOptions>;

/// <summary>Checks the ranges of <see cref="VideoOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class VideoRanges : IValidateOptions<VideoOptions>;

/// <summary>Checks the ranges of <see cref="LadderOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class LadderRanges : IValidateOptions<LadderOptions>;

/// <summary>Checks the ranges of <see cref="TlsOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class TlsRanges : IValidateOptions<TlsOptions>;

/// <summary>Checks the ranges of <see cref="HookOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class HookRanges : IValidateOptions<HookOptions>;

/// <summary>Checks the ranges of <see cref="TokenOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class TokenRanges : IValidateOptions<TokenOptions>;

/// <summary>Checks the ranges of <see cref="IceServerOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class IceServerRanges : IValidateOptions<IceServerOptions>;

/// <summary>Checks the ranges of <see cref="RelayOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class RelayRanges : IValidateOptions<RelayOptions>;

/// <summary>Checks the ranges of <see cref="VodOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class VodRanges : IValidateOptions<VodOptions>;

/// <summary>Checks the ranges of <see cref="SnapshotOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class SnapshotRanges : IValidateOptions<SnapshotOptions>;

/// <summary>Checks the ranges of <see cref="MetricsOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class MetricsRanges : IValidateOptions<MetricsOptions>;

/// <summary>Checks the ranges of <see cref="LimitsOptions"/>.</summary>
[OptionsValidator]
internal sealed partial class LimitsRanges : IValidateOptions<LimitsOptions>;
