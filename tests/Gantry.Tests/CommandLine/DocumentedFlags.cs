using System.Text.Json;
using Gantry.CommandLine;
using Gantry.Commands;

namespace Gantry.Tests.CommandLine;

/// <summary>Walks tests/conformance/cli/reference.json: every documented flag of every command.</summary>
public sealed class DocumentedFlags(ITestOutputHelper output)
{
    private readonly Dictionary<string, FlagSet> _sets = CommandTable.All().ToDictionary(command => command.Name, command => command.Flags);
    private readonly List<string> _wrong = [];
    private int _found;
    private int _all;

    [Fact]
    public void Every_documented_flag_is_there_with_its_names_variable_and_kind()
    {
        _sets[""] = new GlobalFlags().Set;
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root(), "tests/conformance/cli/reference.json")));
        foreach (var flag in document.RootElement.GetProperty("flags").EnumerateArray())
        {
            Check(flag.GetProperty("command").GetString()!, Texts(flag, "names"), flag.GetProperty("env").GetString(), flag.GetProperty("kind").GetString() == "switch");
        }

        foreach (var key in document.RootElement.GetProperty("keys").EnumerateArray())
        {
            if (Texts(key, "flags") is { Length: > 0 } names)
            {
                var plain = names.Select(name => name.TrimStart('-')).ToArray();
                var isSwitch = key.GetProperty("type").GetString() == "bool";
                Check("register", plain, key.GetProperty("env").GetString(), isSwitch);
                Check("run-single", plain, key.GetProperty("env").GetString(), isSwitch);
            }
        }

        output.WriteLine($"conformance: flags {_found}/{_all}");
        Assert.True(_wrong.Count == 0, string.Join("\n", _wrong));
    }

    private void Check(string command, string[] names, string? environment, bool isSwitch)
    {
        _all++;
        var flags = _sets.GetValueOrDefault(command)?.Flags.Where(flag => flag.Names.Any(names.Contains)).ToList() ?? [];
        var problem = flags switch
        {
            [] => "is missing",
            [var one] when names.Except(one.Names).Any() => $"lacks the name {string.Join(", ", names.Except(one.Names))}",
            [var one] when one.Environment != environment => $"has the variable {one.Environment}, not {environment}",
            [var one] when one.IsSwitch != isSwitch => isSwitch ? "must be a switch" : "must take a value",
            [_] => null,
            _ => "is several flags",
        };
        if (problem is null)
        {
            _found++;
        }
        else
        {
            _wrong.Add($"{command} --{names[0]} {problem}");
        }
    }

    private static string[] Texts(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(item => item.GetString()!)];

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Gantry.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Gantry.slnx above the tests");
        }

        return folder;
    }
}
