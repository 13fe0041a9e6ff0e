using System.Net;

namespace MediaGateway.Connectivity;

/// <summary>How many places each address has taken; addresses without any are not remembered. Not thread-safe: the owner's lock.</summary>
/// <param name="maximum">Places of one address.</param>
internal sealed class AddressCounts(int maximum)
{
    private readonly Dictionary<IPAddress, int> _counts = [];

    /// <summary>Places that the address has taken.</summary>
    public int this[IPAddress address] => _counts.GetValueOrDefault(address);

    /// <summary>Takes a place; false when the address has none left.</summary>
    /// <param name="address">As <see cref="CountedAddress"/> makes it.</param>
    public bool TryAdd(IPAddress address)
    {
        int count = this[address];
        if (count >= maximum)
        {
            return false;
        }

        _counts[address] = count + 1;
        return true;
    }

    /// <summary>Gives a place back.</summary>
    public void Remove(IPAddress address)
    {
        int left = _counts[address] - 1;
        if (left == 0)
        {
            _counts.Remove(address);
        }
        else
        {
            _counts[address] = left;
        }
    }
}
