using System.Net;

namespace MediaGateway.Configuration;

/// <summary>The address part of a listening setting: an IP address, or <c>*</c>.</summary>
internal static class ListenAddress
{
    /// <summary>Every address of the machine, IPv4 and IPv6.</summary>
    public const string Any = "*";

    /// <summary>
    /// The address to bind to; <see cref="IPAddress.IPv6Any"/> for <see cref="Any"/>, to be bound in dual mode.
    /// </summary>
    public static bool TryParse(string text, out IPAddress address)
    {
        if (text == Any)
        {
            address = IPAddress.IPv6Any;
            return true;
        }

        if (IPAddress.TryParse(text, out IPAddress? parsed))
        {
            address = parsed;
            return true;
        }

        address = IPAddress.None;
        return false;
    }
}
