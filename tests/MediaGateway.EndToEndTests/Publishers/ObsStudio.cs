using System.Globalization;
using MediaGateway.EndToEndTests.Tools;

namespace MediaGateway.EndToEndTests.Publishers;

/// <summary>OBS Studio in a virtual screen, streaming a coloured picture and silence to an RTMP server with its default settings.</summary>
internal sealed class ObsStudio : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(40);

    private readonly WorkFolder _home;
    private readonly ToolProcess _screen;
    private readonly ToolProcess _process;

    private ObsStudio(WorkFolder home, ToolProcess screen, ToolProcess process) => (_home, _screen, _process) = (home, screen, process);

    /// <summary>What OBS has said.</summary>
    public string Output => _process.Output;

    /// <summary>Starts OBS, which begins to stream by itself.</summary>
    public static async Task<ObsStudio> PublishAsync(int port, string key)
    {
        string program = Tool.Require("obs");
        WorkFolder home = new();
        WriteSettings(home, port, key);
        // The X server chooses a free screen and writes its number.
        string number = "";
        ToolProcess screen = ToolProcess.Start(
            Tool.Require("Xvfb"), ["-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"], line => number = number.Length == 0 ? line.Trim() : number);
        await Wait.UntilAsync(() => number.Length > 0, StartLimit, () => $"a virtual screen:\n{screen.Output}");
        ToolProcess process = ToolProcess.Start(
            program,
            ["--startstreaming", "--multi", "--collection", "T", "--profile", "T"],
            environment: new Dictionary<string, string?>
            {
                ["HOME"] = home.Path,
                ["XDG_CONFIG_HOME"] = null,
                ["XDG_RUNTIME_DIR"] = home.Path,
                ["DISPLAY"] = $":{number}",
                ["LIBGL_ALWAYS_SOFTWARE"] = "1",
            });
        return new ObsStudio(home, screen, process);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _screen.DisposeAsync();
        _home.Dispose();
    }

    private static void WriteSettings(WorkFolder home, int port, string key)
    {
        string settings = home.File(".config/obs-studio");
        string profile = Path.Combine(settings, "basic/profiles/T");
        string scenes = Path.Combine(settings, "basic/scenes");
        Directory.CreateDirectory(profile);
        Directory.CreateDirectory(scenes);
        File.WriteAllText(Path.Combine(settings, "global.ini"), """
            [General]
            FirstRun=true
            EnableAutoUpdates=false
            Pre19Defaults=false
            Pre21Defaults=false
            Pre23Defaults=false
            Pre24.1Defaults=false

            [Basic]
            Profile=T
            ProfileDir=T
            SceneCollection=T
            SceneCollectionFile=T
            ConfigOnNewProfile=false

            """);
        File.WriteAllText(Path.Combine(profile, "basic.ini"), """
            [General]
            Name=T

            [Output]
            Mode=Simple

            [SimpleOutput]
            VBitrate=800
            ABitrate=96
            Preset=ultrafast

            [Video]
            BaseCX=640
            BaseCY=360
            OutputCX=640
            OutputCY=360
            FPSType=0
            FPSCommon=30

            """);
        File.WriteAllText(
            Path.Combine(profile, "service.json"),
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"settings":{"bwtest":false,"key":"{{key}}","server":"rtmp://127.0.0.1:{{port}}/live","use_auth":false},"type":"rtmp_custom"}"""));
        File.WriteAllText(Path.Combine(scenes, "T.json"), """
            {"current_program_scene":"Scene","current_scene":"Scene","current_transition":"Cut","groups":[],"name":"T","scene_order":[{"name":"Scene"}],
             "sources":[
              {"id":"color_source_v3","versioned_id":"color_source_v3","name":"Colour","settings":{"color":4278255360,"width":640,"height":360},"mixers":0,"enabled":true,"volume":1.0},
              {"id":"scene","versioned_id":"scene","name":"Scene","enabled":true,"mixers":0,"settings":{"custom_size":false,"id_counter":1,"items":[
               {"name":"Colour","id":1,"visible":true,"pos":{"x":0.0,"y":0.0},"scale":{"x":1.0,"y":1.0},"rot":0.0,"align":5,"bounds_type":0,"bounds_align":0,
                "bounds":{"x":0.0,"y":0.0},"crop_left":0,"crop_top":0,"crop_right":0,"crop_bottom":0,"locked":false}]}}]}
            """);
    }
}
