using System.Text.RegularExpressions;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Shells;

/// <summary>powershell-quoting.json and the PowerShell rows of script-texts.json that ask for effects, not for one writer's text.</summary>
public sealed partial class PowerShellTables
{
    [Fact]
    [Tables("powershell-quoting", "quote")]
    public void Quoting() => Cases.Run(6, (input, expected) =>
        Assert.Equal(expected.GetString(), PowerShellQuoting.Value(input.Text("text"))));

    [Fact]
    [Tables("powershell-quoting", "command")]
    public void Calls() => Cases.Run(2, (input, expected) =>
    {
        var command = new Command([input.Text("command"), .. input.Texts("args").Select(Word.FromString)]);
        var text = Render(input.Text("kind") == "command"
            ? new Statement.Run(command) : new Statement.If(new Test.Succeeds(command, ShowOutput: true), [], []));
        foreach (var line in expected.GetString()!.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            // Where errors of a condition go is a difference of taste: they are shown or dropped as the caller says.
            Assert.Contains(line.Replace(" 2>$null", "", StringComparison.Ordinal), text, StringComparison.Ordinal);
        }
    });

    [Fact]
    [Tables("powershell-quoting", "export-raw")]
    public void Names_of_variables() => Cases.Run(5, (input, expected) =>
    {
        var text = Render(new Statement.ExportWord(input.Text("name"), Word.Expanding(input.Text("value"))));
        Assert.Contains($"${{{input.Text("name")}}}=\"{input.Text("value")}\"", text, StringComparison.Ordinal);
        Assert.Contains($"${{env:{input.Text("name")}}}=", text, StringComparison.Ordinal);
    });

    [Fact]
    [Tables("powershell-quoting", "variable")]
    public void Job_variables() => Cases.Run(9, (input, expected) =>
    {
        var variable = input.GetProperty("variable");
        var export = new Statement.Export(new JobVariable { Key = variable.Text("key"), Value = variable.Text("value"), File = variable.Flag("file") }, PathOnly: false);
        foreach (var windows in new[] { false, true })
        {
            var text = new PowerShell("pwsh", windows).Render([export], new ShellOptions { TemporaryFolder = input.Text("temporary_path") });
            foreach (var statement in Statements(expected.Text(windows ? "windows" : "linux")))
            {
                // What PowerShell would resolve keeps its slashes until then.
                string Slashed(string path) => windows && input.Flag("resolve_paths") ? PowerShellBody.ToBackslash(path) : path;
                Assert.Contains(Slashed(statement) + "\n", Slashed(Below(text.ReplaceLineEndings("\n"))), StringComparison.Ordinal);
            }
        }
    });

    [Fact]
    [Tables("powershell-quoting", "readable")]
    public void Readable_files() => Cases.Run(4, (input, expected) =>
    {
        if (input.Flag("resolve_paths"))
        {
            return;
        }

        var text = Render(new Statement.If(new Test.FileReadable(Word.Expanding(input.Text("path"))), [], []));
        Assert.Contains(expected.Text("linux").TrimEnd('\n'), text, StringComparison.Ordinal);
    });

    [Fact]
    [Tables("powershell-quoting", "clean-path")]
    public void Paths() => Cases.Run(2, (input, expected) =>
    {
        foreach (var windows in new[] { false, true })
        {
            var text = new PowerShell("pwsh", windows).Render(
                [new Statement.ChangeFolder(Word.Path(input.Text("path")))], new ShellOptions { TemporaryFolder = input.Text("temporary_path") });
            // The folder the script is in has a name of PowerShell's own here.
            var path = expected.Text(windows ? "windows" : "linux").Replace("$CurrentDirectory", "$PWD", StringComparison.Ordinal);
            Assert.Contains($"cd \"{path}\"\n", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        }
    });

    [Fact]
    [Tables("paths", "slashes")]
    public void Slashes() => Cases.Run(2, (input, expected) => Assert.Equal(
        expected.GetString(),
        input.Text("operation") == "to-slash" ? GuestPath.ToSlash(input.Text("path")) : PowerShellBody.ToBackslash(input.Text("path"))));

    [Fact]
    [Tables("script-texts", "pwsh-script")]
    public void Steps() => Cases.Run(7, (input, expected) =>
    {
        var options = new ShellOptions { TemporaryFolder = "/t", Trace = input.Texts("options").Contains("CI_DEBUG_TRACE") };
        var text = new PowerShell(input.Text("shell"), input.Text("shell") == "powershell")
            .Render([new Statement.UserScript(input.Texts("lines"), input.Text("step_name"))], options);
        // Sections are not supported by PowerShell scripts here (§8.3), and the exit code needs no saving without them.
        foreach (var part in expected.Texts("contains").Where(p => !p.Contains("section_", StringComparison.Ordinal)
            && p != "test_step_0" && !p.Contains("_runner_exit_code", StringComparison.Ordinal)))
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
        }

        Assert.All(expected.Texts("not_contains"), part => Assert.DoesNotContain(part, text, StringComparison.Ordinal));
    });

    // The table has lost the line ends between the statements. Paths are whole here without asking PowerShell for them.
    private static IEnumerable<string> Statements(string text) => Beginnings().Split(Resolved().Replace(text, "$1"))
        .Where(statement => statement.Length > 0 && !statement.StartsWith("$CurrentDirectory =", StringComparison.Ordinal))
        .Select(Below);

    // Below the folder the script is in, whether it is named, by which name, or not. The texts of Windows make a folder in the
    // drive's root and write below the current one; here both are the latter.
    private static string Below(string text) => Current().Replace(text, "\"");

    [GeneratedRegex(@"""(`?\$(CurrentDirectory|PWD)[/\\]|\\)")]
    private static partial Regex Current();

    [GeneratedRegex(@"(?=New-Item|\[System\.IO\.File\]|\$\{[\w-]+\}=""|\$\{env:)")]
    private static partial Regex Beginnings();

    [GeneratedRegex(@"\$ExecutionContext\.SessionState\.Path\.GetUnresolvedProviderPathFromPSPath\((""[^""]*"")\)")]
    private static partial Regex Resolved();

    private static string Render(Statement statement) =>
        new PowerShell("pwsh", windows: false).Render([statement], new ShellOptions { TemporaryFolder = "/t" });
}
