using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MediaGateway.Native.Tests;

/// <summary>The tests call a few functions that the product does not need, in the same libraries.</summary>
internal static class TestLibraryResolver
{
#pragma warning disable CA2255 // In place before the first call, whichever test makes it.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Register() =>
        NativeLibrary.SetDllImportResolver(typeof(TestLibraryResolver).Assembly, (name, _, _) => LibraryResolver.Resolve(name));
}
