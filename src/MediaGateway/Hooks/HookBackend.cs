using MediaGateway.Configuration;
using Microsoft.Extensions.Options;

namespace MediaGateway.Hooks;

/// <summary>Which methods are called for which application, and at which address: the settings, read once. Any thread.</summary>
internal sealed class HookBackend
{
    private readonly Dictionary<(string AppKey, string Method), Uri> _addresses = [];
    private readonly HashSet<string> _failOpen;

    /// <summary>Reads the checked settings.</summary>
    public HookBackend(IOptions<HookOptions> options)
    {
        HookOptions settings = options.Value;
        _failOpen = new HashSet<string>(settings.FailOpen, StringComparer.Ordinal);
        foreach (string appKey in new[] { Sessions.ClientConnection.FlashApplication, Sessions.ClientConnection.PageApplication })
        {
            HookApplicationOptions its = settings.Applications.TryGetValue(appKey, out HookApplicationOptions? found) ? found : new();
            foreach (string method in HookMethods.Of(settings.Style))
            {
                if (its.Methods.Count == 0 || its.Methods.Contains(method))
                {
                    _addresses[(appKey, method)] = AddressOf(settings, its, method);
                }
            }
        }
    }

    /// <summary>Where a method is posted to; null when it is not called for that application.</summary>
    public Uri? Find(string appKey, string method) => _addresses.GetValueOrDefault((appKey, method));

    /// <summary>Whether a method is answered with yes when the backend cannot be asked.</summary>
    public bool FailsOpen(string method) => _failOpen.Contains(method);

    private static Uri AddressOf(HookOptions settings, HookApplicationOptions its, string method)
    {
        if (settings.MethodUrls.TryGetValue(method, out string? own))
        {
            return new Uri(own);
        }

        var address = new UriBuilder(its.Url.Length > 0 ? its.Url : settings.Url ?? throw new InvalidOperationException("The settings were not checked."));
        if (settings.Style == "wcs")
        {
            address.Path = $"{address.Path.TrimEnd('/')}/{method}";
        }

        return address.Uri;
    }
}
