using System.Text.Json;
using System.Text.RegularExpressions;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Shells;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Shells;

/// <summary>Pieces of bash scripts in script-texts.json whose text is the same here; the others have the same effect with other words.</summary>
public sealed partial class ScriptPieceTables
{
    [Fact]
    [Tables("script-texts", "bash-command", "bash-check")]
    public void Commands() => Cases.Run(4, (input, expected) =>
        Assert.Equal(expected.GetString(), Render(new Statement.Run(Command(input)), input)));

    [Fact]
    [Tables("script-texts", "bash-readable")]
    public void Conditions() => Cases.Run(2, (input, expected) =>
        Assert.StartsWith(
            expected.GetString()!, Render(new Statement.If(new Test.FileReadable(Word.Expanding(input.Text("path"))), [], []), input),
            StringComparison.Ordinal));

    [Fact]
    [Tables("script-texts", "bash-variable")]
    public void Variables() => Cases.Run(4, (input, expected) =>
        Assert.Equal(
            expected.GetString(),
            Render(new Statement.Export(Samples.Variable(input.GetProperty("variable")), PathOnly: false), input)));

    [Fact]
    [Tables("script-texts", "bash-clean-path")]
    public void Paths() => Cases.Run(2, (input, expected) =>
        Assert.Equal($"cd \"{expected.GetString()}\"\n", Render(new Statement.ChangeFolder(Word.Path(input.Text("path"))), input)));

    [Fact]
    [Tables("script-texts", "bash-if")]
    public void Conditions_that_run_a_command() => Cases.Run(1, (input, expected) =>
        Assert.StartsWith(
            expected.GetString()!.Replace(" ;", ";", StringComparison.Ordinal),
            Render(new Statement.If(new Test.Succeeds(Command(input), ShowOutput: false), [], []), input), StringComparison.Ordinal));

    [Fact]
    [Tables("script-texts", "bash-command-expand", "bash-rmdir")]
    public void Words_that_the_shell_expands() => Cases.Run(5, (input, expected) =>
        Assert.Equal(Plain(expected.GetString()!), Plain(Render(
            input.Text("kind") == "bash-remove-dir"
                ? new Statement.RemoveFolder(Word.Expanding(input.Text("path")))
                : new Statement.Run(new Command([input.Text("command"), .. input.Texts("args").Select(Word.Expanding)])),
            input))));

    [Fact]
    [Tables("script-texts", "bash-rmfile")]
    public void Files_are_removed_where_there_is_one() => Cases.Run(3, (input, expected) =>
    {
        // The shell looks by itself first: a program is started only for a file that is there.
        var path = $"\"{input.Text("path")}\"";
        Assert.Equal(
            $"if [ -e {path} ] || [ -L {path} ]; then {Plain(expected.GetString()!).TrimEnd('\n')}; fi\n",
            Render(new Statement.RemoveFile(Word.Expanding(input.Text("path"))), input));
    });

    // Quotes around a word of plain characters change nothing.
    private static string Plain(string script) => PlainWord().Replace(script, "$1");

    [GeneratedRegex("\"([a-z+A-Z-]+)\"")]
    private static partial Regex PlainWord();

    private static Command Command(JsonElement input) =>
        new([Word.FromString(input.Text("command")), .. input.Texts("args").Select(Word.FromString)]);

    private static string Render(Statement statement, JsonElement input)
    {
        var body = new BashBody(new ShellOptions { TemporaryFolder = input.Text("temporary_path"), ExitCodeCheck = input.Flag("exit_code_check") }, false);
        body.AddAll([statement]);
        return body.Text;
    }
}
