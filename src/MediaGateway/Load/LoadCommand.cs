using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MediaGateway.Load;

/// <summary>
/// <c>load publish</c>, <c>load play</c> and <c>load whip</c>: a load generator for servers of RTMP and WebRTC, by which users size their machines. It writes one object of JSON to the
/// standard output and everything else to the standard error.
/// </summary>
internal static class LoadCommand
{
    /// <summary>The program's first argument.</summary>
    public const string Name = "load";

    private const int Failed = 1;

    // Ctrl-C and SIGTERM: every session says goodbye first, and then there is a report.
    private static readonly InvocationConfiguration Invocation = new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) };

    private const int MaximumSessions = 20_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Runs the command; returns the program's exit code.</summary>
    /// <param name="arguments">The program's, from <see cref="Name"/> on.</param>
    public static int Run(IReadOnlyList<string> arguments)
    {
        var load = new Command(Name, "Puts load on a server of RTMP or WebRTC, and says in JSON how it bears it.") { Publish(), Play(), Whip() };
        return new RootCommand("A media gateway: without arguments it serves.") { load }.Parse(arguments).Invoke(Invocation);
    }

    private static Command Publish()
    {
        var shared = new SharedOptions("Publishers; more than one need {n} in the address.");
        var file = new Option<string?>("--file") { Description = "An FLV or MP4 file with H.264, sent over and over. Without it 720p is made up, which no player shows." };
        Option<int> rate = Number("--rate", 2500, 50, 100_000, "Kilobits a second of made-up pictures.");
        Option<int> pictures = Number("--pictures", 30, 1, 120, "Made-up pictures a second.");
        var command = new Command("publish", "Publishes streams in real time, with a stamp in every picture.") { file, rate, pictures };
        shared.AddTo(command);
        command.SetAction((parsed, cancellation) => ReportAsync(() =>
        {
            string? path = parsed.GetValue(file);
            LoadMedia media = path is null ? LoadMedia.Synthetic(parsed.GetValue(rate), parsed.GetValue(pictures)) : LoadMedia.Read(path);
            return new LoadPublish(shared.Read(parsed), media, new LoadServices(TimeProvider.System)).RunAsync(cancellation);
        }));
        return command;
    }

    private static Command Play()
    {
        var shared = new SharedOptions("Viewers.");
        Option<int> streams = Number("--streams", 1, 1, MaximumSessions, "Streams that viewers are spread over, where the address has {n}.");
        Option<int> sample = Number("--sample", 20, 1, 1000, "Viewers that are looked at closely; the others only take their bytes.");
        var command = new Command("play", "Plays a stream many times, and measures delay, first picture and losses.") { streams, sample };
        shared.AddTo(command);
        command.SetAction((parsed, cancellation) => ReportAsync(() =>
        {
            LoadSettings settings = shared.Read(parsed);
            int looked = Math.Min(parsed.GetValue(sample), settings.Sessions);
            return new LoadPlay(settings, parsed.GetValue(streams), looked, new LoadServices(TimeProvider.System)).RunAsync(cancellation);
        }));
        return command;
    }

    private static Command Whip()
    {
        var shared = new SharedOptions("Publishers; more than one need {n} in the address.", "Such as http://127.0.0.1:8080/whip/load, or with load{n}.");
        var file = new Option<string?>("--file") { Description = "An FLV or MP4 file with H.264 without B-frames, sent over and over. Without it 720p is made up, which no player shows." };
        var token = new Option<string?>("--token") { Description = "What the server asks for as bearer token." };
        Option<int> rate = Number("--rate", 2500, 50, 100_000, "Kilobits a second of made-up pictures.");
        Option<int> pictures = Number("--pictures", 30, 1, 120, "Made-up pictures a second.");
        var silent = new Option<bool>("--no-sound") { Description = "Pictures only: what the server takes without converting sound." };
        var command = new Command("whip", "Publishes over WebRTC as browsers do, in real time, with a stamp in every picture.") { file, token, rate, pictures, silent };
        shared.AddTo(command);
        command.SetAction((parsed, cancellation) => ReportAsync(async () =>
        {
            string? path = parsed.GetValue(file);
            LoadMedia media = path is null ? LoadMedia.Synthetic(parsed.GetValue(rate), parsed.GetValue(pictures)) : LoadMedia.Read(path);
            using var load = new LoadWhip(shared.Read(parsed), media, parsed.GetValue(token), new LoadServices(TimeProvider.System)) { HasSound = !parsed.GetValue(silent) };
            return await load.RunAsync(cancellation);
        }));
        return command;
    }

    private static async Task<int> ReportAsync<T>(Func<Task<T>> run)
    {
        try
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(await run(), Json));
            return 0;
        }
        catch (LoadException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return Failed;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped before there were figures.");
            return Failed;
        }
        catch (TimeoutException)
        {
            await Console.Error.WriteLineAsync("Not all sessions have begun within 30 s: ask for fewer, or for a slower --ramp.");
            return Failed;
        }
    }

    private static Option<int> Number(string name, int value, int least, int most, string description)
    {
        var option = new Option<int>(name) { Description = $"{description} {least} to {most}.", DefaultValueFactory = _ => value };
        option.Validators.Add(result => Check(result, least, most));
        return option;
    }

    private static void Check(OptionResult result, int least, int most)
    {
        if (result.Tokens is [var token] && (!int.TryParse(token.Value, out int number) || number < least || number > most))
        {
            result.AddError($"{result.Option.Name} is a whole number from {least} to {most}, not '{token.Value}'.");
        }
    }

    /// <summary>What all commands take.</summary>
    private sealed class SharedOptions(string sessions, string example = "Such as rtmp://127.0.0.1:1935/live/load, or with load{n}.")
    {
        private const int AnHour = 3600;

        private readonly Argument<string> _address = new("address") { Description = example };
        private readonly Option<int> _sessions = Number("--sessions", 1, 1, MaximumSessions, sessions);
        private readonly Option<int> _ramp = Number("--ramp", 100, 1, 10_000, "Sessions that begin in a second.");
        private readonly Option<int> _warmUp = Number("--warm-up", 2, 0, AnHour, "Seconds after the last has begun, before figures are taken.");
        private readonly Option<int> _seconds = Number("--seconds", 10, 1, 100 * AnHour, "Seconds that figures are taken.");
        private readonly Option<int> _process = Number("--process", 0, 0, int.MaxValue, "The server's process on this machine, for its processor time and memory.");

        public void AddTo(Command command)
        {
            command.Add(_address);
            foreach (Option option in (Option[])[_sessions, _ramp, _warmUp, _seconds, _process])
            {
                command.Add(option);
            }
        }

        public LoadSettings Read(ParseResult parsed)
        {
            int process = parsed.GetValue(_process);
            return new LoadSettings(
                parsed.GetRequiredValue(_address),
                parsed.GetValue(_sessions),
                parsed.GetValue(_ramp),
                TimeSpan.FromSeconds(parsed.GetValue(_warmUp)),
                TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
                process == 0 ? null : process);
        }
    }
}
