using System.Text.Json;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Conformance.Tests.Shells;

/// <summary>Pieces of bash scripts in script-texts.json whose text is the same here; the others have the same effect with other words.</summary>
public sealed class ScriptPieceTables(ITestOutputHelper output)
{
    [Fact]
    public void Commands() => Cases.Run(output, "script-texts", ["bash-command", "bash-check"], 4, (input, expected) =>
        Assert.Equal(expected.GetString(), Render(new Statement.Run(Command(input)), input)));

    [Fact]
    public void Conditions() => Cases.Run(output, "script-texts", ["bash-readable"], 2, (input, expected) =>
        Assert.StartsWith(
            expected.GetString()!, Render(new Statement.If(new Test.FileReadable(Word.Expanding(input.Text("path"))), [], []), input),
            StringComparison.Ordinal));

    [Fact]
    public void Variables() => Cases.Run(output, "script-texts", ["bash-variable"], 4, (input, expected) =>
        Assert.Equal(
            expected.GetString(),
            Render(new Statement.Export(Samples.Variable(input.GetProperty("variable")), PathOnly: false), input)));

    [Fact]
    public void Paths() => Cases.Run(output, "script-texts", ["bash-clean-path"], 2, (input, expected) =>
        Assert.Equal($"cd \"{expected.GetString()}\"\n", Render(new Statement.ChangeFolder(Word.Path(input.Text("path"))), input)));

    private static Command Command(JsonElement input) =>
        new([Word.FromString(input.Text("command")), .. input.Texts("args").Select(Word.FromString)]);

    private static string Render(Statement statement, JsonElement input)
    {
        var body = new BashBody(new ShellOptions { TemporaryFolder = input.Text("temporary_path"), ExitCodeCheck = input.Flag("exit_code_check") }, false);
        body.AddAll([statement]);
        return body.Text;
    }
}
