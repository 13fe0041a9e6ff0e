using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace MediaGateway.Configuration;

/// <summary>Tells a start that failed because of its settings from every other failure, and says it in one line.</summary>
internal static class SettingsFailure
{
    /// <summary>The process's exit code after such a failure.</summary>
    public const int ExitCode = 2;

    /// <summary>The assembly that turns texts into values; its exceptions name the key and the value.</summary>
    private const string BinderAssembly = "Microsoft.Extensions.Configuration.Binder";

    /// <summary>
    /// The one line that names every wrong value and unknown key; false when <paramref name="exception"/> is about something else.
    /// </summary>
    public static bool TryDescribe(Exception exception, [NotNullWhen(true)] out string? line)
    {
        line = Describe(exception) is { } failure ? $"Wrong settings: {failure}" : null;
        return line is not null;
    }

    private static string? Describe(Exception exception) => exception switch
    {
        OptionsValidationException validation => string.Join(' ', validation.Failures.Select(failure => NameSetting(failure, validation.OptionsType))),
        AggregateException { InnerExceptions: var all } when all.All(inner => Describe(inner) is not null) =>
            string.Join(' ', all.Select(Describe)),
        InvalidOperationException { Source: BinderAssembly } => OneLine(exception.Message),
        InvalidDataException { InnerException: { } inner } => OneLine($"{exception.Message} {inner.Message}"),
        _ => null,
    };

    /// <summary>Turns <c>Port: The field HttpOptions.Port must be …</c>, as generated, into <c>Http:Port must be …</c>.</summary>
    private static string NameSetting(string failure, Type optionsType)
    {
        string generated = $"The field {optionsType.Name}.";
        int start = failure.IndexOf(generated, StringComparison.Ordinal);
        return start < 0 ? failure : $"{SectionOf(optionsType)}:{failure[(start + generated.Length)..]}";
    }

    private static string SectionOf(Type optionsType) =>
        optionsType.GetField(nameof(HttpOptions.Section))?.GetRawConstantValue() as string ?? optionsType.Name;

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
