using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Gantry.Engine.Processes;

namespace Gantry.TestKit.Kubernetes;

/// <summary>
/// A pod as containers of the Docker Engine: one network for all of them, a volume for each <c>emptyDir</c>. A pod of one container needs
/// neither, and starts quicker.
/// </summary>
internal sealed class FakePod(JsonObject pod, Func<string, string, bool> isMissing)
{
    private const string PauseImage = "gantry-test/busybox:latest";
    private const int AnswerLimit = 1 << 20;

    private readonly string _name = pod["metadata"]!["name"]!.ToString();
    private readonly Dictionary<string, string> _waiting = new(StringComparer.Ordinal);
    private bool _removed;

    private IReadOnlyList<JsonObject> Containers => [.. pod["spec"]!["containers"]!.AsArray().Select(container => container!.AsObject())];

    private bool IsAlone => Containers.Count == 1;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var container in Containers)
        {
            var (image, policy) = (container["image"]!.ToString(), container["imagePullPolicy"]?.ToString() ?? "");
            if (isMissing(image, policy))
            {
                _waiting[container["name"]!.ToString()] = policy == "Never" ? "ErrImageNeverPull" : "ErrImagePull";
            }
        }

        if (_waiting.Count > 0)
        {
            return;
        }

        if (!IsAlone)
        {
            List<string> pause = ["run", "-d", "--name", _name];
            foreach (var alias in pod["spec"]!["hostAliases"]?.AsArray() ?? [])
            {
                pause.AddRange(alias!["hostnames"]!.AsArray().SelectMany(host => new[] { "--add-host", $"{host}:{alias["ip"]}" }));
            }

            pause.AddRange(EmptyDirs().SelectMany(volume => new[] { "-v", $"{_name}-{volume}:/volumes/{volume}" }));
            await DockerAsync([.. pause, PauseImage, "sh", "-c", "chmod 777 /volumes/*; exec sleep 3600"], cancellationToken);
        }

        foreach (var container in Containers)
        {
            await DockerAsync(Run(container), cancellationToken);
        }
    }

    public async Task<JsonObject> StatusAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count > 0)
        {
            return Status("Pending", Containers.Select(container => container["name"]!.ToString()).Select(name => (name, _waiting.TryGetValue(name, out var reason)
                ? new JsonObject { ["waiting"] = new JsonObject { ["reason"] = reason, ["message"] = $"failed to pull and unpack image: {ImageOf(name)}: not found" } }
                : new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "ContainerCreating" } })));
        }

        var names = Containers.Select(container => container["name"]!.ToString()).ToList();
        var lines = (await DockerAsync(["inspect", "-f", "{{.State.Running}} {{.State.ExitCode}} {{.State.OOMKilled}}", .. names.Select(NameOf)], cancellationToken))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var states = names.Zip(lines, (name, line) => (name, StateOf(line.Split(' ')))).ToList();
        return Status(states.All(state => state.Item2.ContainsKey("terminated")) ? "Failed" : "Running", states);
    }

    public ProcessStart Exec(string container, IReadOnlyList<string> command, bool input, bool terminal) => new()
    {
        FileName = "docker",
        Arguments = ["exec", .. input ? ["-i"] : Array.Empty<string>(), .. terminal ? ["-t"] : Array.Empty<string>(), NameOf(container), .. command],
        Input = input ? ProcessInput.Written : ProcessInput.None,
        Terminal = terminal,
    };

    public async Task LogAsync(string container, bool follow, string tail, Stream target, CancellationToken cancellationToken)
    {
        await using var logs = ChildProcess.Start(new ProcessStart
        {
            FileName = "docker",
            Arguments = ["logs", .. follow ? ["-f"] : Array.Empty<string>(), .. tail.Length > 0 ? ["--tail", tail] : Array.Empty<string>(), NameOf(container)],
            Output = ProcessOutput.Read,
            Error = ProcessOutput.Dropped,
        });
        await logs.Output.CopyToAsync(target, cancellationToken);
    }

    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        if (_removed)
        {
            return;
        }

        _removed = true;
        if (_waiting.Count == 0)
        {
            await DockerAsync(["rm", "-f", "-v", .. Containers.Select(container => NameOf(container["name"]!.ToString())), .. IsAlone ? [] : new[] { _name }], cancellationToken);
            if (!IsAlone && EmptyDirs().Any())
            {
                await DockerAsync(["volume", "rm", "-f", .. EmptyDirs().Select(volume => $"{_name}-{volume}")], cancellationToken);
            }
        }
    }

    private string NameOf(string container) => $"{_name}-{container}";

    private string ImageOf(string container) => Containers.First(one => one["name"]!.ToString() == container)["image"]!.ToString();

    private IEnumerable<string> EmptyDirs() => (pod["spec"]!["volumes"]?.AsArray() ?? []).Where(volume => volume!["emptyDir"] is not null).Select(volume => volume!["name"]!.ToString());

    private List<string> Run(JsonObject container)
    {
        List<string> words = ["run", "-d", "-i", "--name", NameOf(container["name"]!.ToString())];
        if (!IsAlone)
        {
            words.AddRange(["--network", "container:" + _name]);
        }

        foreach (var mount in container["volumeMounts"]?.AsArray() ?? [])
        {
            words.AddRange(IsAlone ? ["--tmpfs", $"{mount!["mountPath"]}:exec,mode=0777"] : ["-v", $"{_name}-{mount!["name"]}:{mount["mountPath"]}"]);
        }

        foreach (var variable in container["env"]?.AsArray() ?? [])
        {
            words.AddRange(["-e", $"{variable!["name"]}={variable["value"]!.ToString().Replace("$$", "$", StringComparison.Ordinal)}"]);
        }

        if (container["securityContext"]?["runAsUser"] is { } user)
        {
            words.AddRange(["--user", $"{user}:{container["securityContext"]?["runAsGroup"]?.ToString() ?? "0"}"]);
        }

        if (container["resources"]?["limits"]?["memory"] is { } memory)
        {
            words.AddRange(["--memory", memory.ToString().Replace("Mi", "m", StringComparison.Ordinal), "--memory-swap", memory.ToString().Replace("Mi", "m", StringComparison.Ordinal)]);
        }

        IReadOnlyList<string> command = Texts(container["command"]), args = Texts(container["args"]);
        if (command.Count > 0)
        {
            words.AddRange(["--entrypoint", command[0]]);
        }

        return [.. words, container["image"]!.ToString(), .. command.Skip(1), .. args];
    }

    private JsonObject Status(string phase, IEnumerable<(string Name, JsonObject State)> states) => new()
    {
        ["phase"] = phase,
        ["containerStatuses"] = new JsonArray([.. states.Select(state => (JsonNode)new JsonObject
        {
            ["name"] = state.Name,
            ["image"] = ImageOf(state.Name),
            ["ready"] = state.State.ContainsKey("running"),
            ["state"] = state.State,
        })]),
    };

    private static JsonObject StateOf(string[] parts) => parts[0] == "true"
        ? new JsonObject { ["running"] = new JsonObject() }
        : new JsonObject
        {
            ["terminated"] = new JsonObject
            {
                ["exitCode"] = int.Parse(parts[1], CultureInfo.InvariantCulture),
                ["reason"] = parts[2] == "true" ? "OOMKilled" : parts[1] == "0" ? "Completed" : "Error",
            },
        };

    private static IReadOnlyList<string> Texts(JsonNode? list) => [.. (list?.AsArray() ?? []).Select(item => item!.ToString())];

    private static async Task<string> DockerAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var run = await ChildProcess.RunAsync(new ProcessStart { FileName = "docker", Arguments = words }, AnswerLimit, cancellationToken);
        return run.Exit.IsSuccess ? Encoding.UTF8.GetString(run.Output) : throw new InvalidOperationException($"docker {string.Join(' ', words)}: {run.Error}");
    }
}
