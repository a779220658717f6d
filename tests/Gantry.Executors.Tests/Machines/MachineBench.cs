using Gantry.Executors.Machines;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Logging;

namespace Gantry.Executors.Tests.Machines;

/// <summary>
/// A command <c>docker-machine</c> in a folder of its own. It lays out its folder as the real one does, writes down how it was called,
/// and fails where a file named after a call and its machine, or the call alone, stands in <c>fail</c>, with the file's text.
/// </summary>
internal sealed class MachineBench : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <param name="url">Of every machine's engine.</param>
    /// <param name="certificates">What it copies into each machine's folder; null: nothing.</param>
    /// <param name="driver">More of what the driver knows of every machine: begins with a comma.</param>
    public MachineBench(string url = "tcp://127.0.0.1:1", string? certificates = null, string driver = "")
    {
        Directory.CreateDirectory(Fail);
        File.WriteAllText(Path.Combine(_folder.Path, "calls"), "");
        var program = Path.Combine(_folder.Path, "docker-machine");
        File.WriteAllText(program, $$$"""
            #!/bin/sh
            echo "$*" >> '{{{_folder.Path}}}/calls'
            shift
            call=$1
            for name; do case $name in -*|'{'*) ;; *) last=$name;; esac; done
            name=$last
            own='{{{_folder.Path}}}/storage/machines'
            for failing in "$call-$name" "$call"; do
              if [ -f "{{{Fail}}}/$failing" ]; then cat "{{{Fail}}}/$failing" >&2; exit 3; fi
            done
            while [ -f "{{{Fail}}}/wait-$call" ]; do sleep 0.02; done
            case $call in
              create)
                mkdir -p "$own/$name"
                cp '{{{certificates ?? Fail}}}'/*.pem "$own/$name/" 2>/dev/null
                cat > "$own/$name/config.json" <<EOF
            {"ConfigVersion":3,"Driver":{"IPAddress":"127.0.0.1","MachineName":"$name","Zone":"europe-west1-b","Project":"shop","MachineType":"n2-standard-2"{{{driver}}} },
             "DriverName":"google","HostOptions":{"AuthOptions":{"StorePath":"$own/$name"}},"Name":"$name"}
            EOF
                echo "Docker is up and running!" ;;
              config|inspect|url)
                [ -f "$own/$name/config.json" ] || { echo "Docker machine \"$name\" does not exist." >&2; exit 1; }
                case $call in
                  config) echo "-H={{{url}}}" ;;
                  url) echo "{{{url}}}" ;;
                  inspect) [ "$3" = -f ] && echo "$own/$name" || cat "$own/$name/config.json" ;;
                esac ;;
              rm) rm -rf "$own/$name" ;;
            esac
            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Surroundings = new MachineSurroundings { StorageFolder = Path.Combine(_folder.Path, "storage"), Program = program };
    }

    public MachineSurroundings Surroundings { get; }

    public RecordingLogger<MachinePark> Log { get; } = new();

    public MachineSettings Settings { get; set; } = new()
    {
        IsConfigured = true,
        ShortToken = "abcdefgh1",
        Driver = "google",
        NameTemplate = "auto-%s",
        Options = ["google-project=shop", "google-token=s3cret"],
        OptionsWithName = ["google-tags=%s"],
    };

    /// <summary>How the program was called, without the flag that every call has.</summary>
    public IReadOnlyList<string> Calls => [.. File.ReadAllLines(Path.Combine(_folder.Path, "calls")).Select(line => line.Replace("--bugsnag-api-token=no-report ", "", StringComparison.Ordinal))];

    /// <summary>Machines on disk.</summary>
    public IReadOnlyList<string> Machines => Directory.Exists(Root) ? [.. Directory.EnumerateDirectories(Root).Select(folder => Path.GetFileName(folder)!).Order()] : [];

    private string Root => Path.Combine(Surroundings.StorageFolder, "machines");

    private string Fail => Path.Combine(_folder.Path, "fail");

    public string Folder => _folder.Path;

    public string FileOf(string machine, string file) => Path.Combine(Root, machine, file);

    /// <param name="call">Such as <c>create</c>, or <c>rm-NAME</c>; <c>wait-create</c> holds calls up.</param>
    /// <param name="words">What it says.</param>
    public void Break(string call, string words) => File.WriteAllText(Path.Combine(Fail, call), words + "\n");

    public void Mend(string call) => File.Delete(Path.Combine(Fail, call));

    /// <summary>As an earlier process left it.</summary>
    public void Leave(string name)
    {
        Directory.CreateDirectory(Path.Combine(Root, name));
        File.WriteAllText(Path.Combine(Root, name, "config.json"), $$"""{"DriverName":"amazonec2","Driver":{"MachineName":"{{name}}"},"Name":"{{name}}"}""");
    }

    public MachinePark Park(TimeProvider time) => new(Surroundings, time, Log);

    public void Dispose() => _folder.Dispose();
}
