using System.Text.Json;
using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Volumes;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Docker;

/// <summary>docker-volumes.json.</summary>
public sealed class VolumeTables
{
    [Fact]
    [Tables("docker-volumes")]
    public void Volumes_are_read_written_and_named_as_by_the_official_runner()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            var grammar = one.InputText("os") == "windows" ? VolumeText.Windows : VolumeText.Linux;
            switch (one.Operation)
            {
                case "parse":
                    Parse(one, () => grammar.Parse(one.InputText("spec")!));
                    break;
                case "parse-expanding":
                    Parse(one, () => Expand(one, grammar.Parse(one.InputText("spec")!)));
                    break;
                case "definition":
                    Assert.True(one.Expected.GetString() == Read(one.Input.GetProperty("volume")).Definition, one.Name);
                    break;
                case "length":
                    Assert.True(one.Expected.GetInt32() == Read(one.Input.GetProperty("volume")).Length, one.Name);
                    break;
                case "host-mounted":
                    HostMounted(one, grammar);
                    break;
                case "duplicate":
                    Duplicate(one);
                    break;
                case "user-volume":
                    UserVolume(one);
                    break;
                case "builds-dir":
                    BuildsFolder(one);
                    break;
                default:
                    Assert.Fail($"{one.Name}: {one.Operation}");
                    break;
            }
        }

        Assert.Equal(81, cases.Count);
    }

    private static void Parse(DockerCase one, Func<Volume> parse)
    {
        if (one.ExpectedText("error") is { } error)
        {
            Assert.True(error == Assert.Throws<FormatException>(() => parse()).Message, one.Name);
            return;
        }

        var (expected, actual) = (Read(one.Expected.GetProperty("volume")), parse());
        Assert.True(expected == actual, $"{one.Name}: {actual}");
    }

    private static Volume Expand(DockerCase one, Volume volume)
    {
        var destination = volume.Destination;
        foreach (var (from, to) in DockerCase.Map(one.Input.GetProperty("replacements")))
        {
            destination = destination.Replace(from, to, StringComparison.Ordinal);
        }

        return volume with { Destination = destination };
    }

    private static void HostMounted(DockerCase one, VolumeText grammar)
    {
        bool Ask() => grammar.IsHostMounted(one.InputText("dir")!, one.InputList("volumes"));
        if (one.ExpectedText("error") is { } error)
        {
            Assert.True(error == Assert.Throws<FormatException>(() => Ask()).Message, one.Name);
            return;
        }

        Assert.True(one.Expected.GetProperty("host_mounted").GetBoolean() == Ask(), one.Name);
    }

    private static void Duplicate(DockerCase one)
    {
        var volumes = Volumes(one);
        volumes.Add(new Volume { Source = "/host", Destination = one.InputText("existing")! }, "");
        var error = Record.Exception(() => volumes.Add(new Volume { Destination = one.InputText("path")! }, ""));
        Assert.True(one.ExpectedText("error_kind") is null == error is null, one.Name);
    }

    private static void UserVolume(DockerCase one)
    {
        var volumes = Volumes(one);
        volumes.Add(VolumeText.Linux.Parse(one.InputText("existing")!), "");
        var spec = one.InputText("spec")!;
        var error = spec.Length == 0 ? null : Record.Exception(() => volumes.Add(Loose(spec), one.InputText("base_path")!));
        Assert.True(one.ExpectedText("error_kind") is null == error is null, $"{one.Name}: {error?.Message}");
        if (error is null)
        {
            Assert.Equal(one.ExpectedList("bindings"), [.. volumes.Binds, .. volumes.Mounts.Select(mount => $"{mount.Source}:{mount.Target}")]);
        }
    }

    private static void BuildsFolder(DockerCase one)
    {
        bool Ask() => DockerFolders.AreShared(one.InputText("builds_dir")!, one.InputList("volumes"), VolumeText.Linux);
        if (one.ExpectedText("error_contains") is { } error)
        {
            Assert.Contains(error, Assert.Throws<EnvironmentException>(() => Ask()).Message, StringComparison.Ordinal);
            return;
        }

        Assert.True(one.Expected.GetProperty("shared_builds_dir").GetBoolean() == Ask(), one.Name);
    }

    private static JobVolumes Volumes(DockerCase one) => new(new VolumeNaming
    {
        ReusablePrefix = one.InputText("unique_name") ?? "name",
        TemporaryPrefix = "temporary",
        Protected = one.Input.TryGetProperty("protected", out var isProtected) && isProtected.GetBoolean(),
        CacheFolder = one.InputText("cache_dir") ?? "",
        Labels = (_, _) => new Dictionary<string, string>(),
    });

    // These cases stand behind the grammar: some of their texts would not pass it.
    private static Volume Loose(string spec) => spec.Split(':') switch
    {
        [var destination] => new Volume { Destination = destination },
        [var source, var destination] => new Volume { Source = source, Destination = destination },
        var parts => new Volume { Source = parts[0], Destination = parts[1], Mode = parts[2] },
    };

    private static Volume Read(JsonElement volume) => new()
    {
        Source = DockerCase.Text(volume, "source") ?? "",
        Destination = DockerCase.Text(volume, "destination") ?? "",
        Mode = DockerCase.Text(volume, "mode") ?? "",
        Label = DockerCase.Text(volume, "label") ?? "",
        Propagation = DockerCase.Text(volume, "propagation") ?? "",
    };
}
