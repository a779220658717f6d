using CsCheck;
using Gantry.Engine.Shells;
using Gantry.TestKit.Engine;

namespace Gantry.Engine.Tests.Shells;

public sealed class BashQuotingTests
{
    private static readonly Gen<string> Texts = Gen.String[Gen.Char["ab '\"\\$`!;&|<>(){}[]*?~#=%^\n\t\r\a\u001bé世"], 0, 12];

    [Theory(Timeout = 60_000)]
    [InlineData("ansi", "bash")]
    [InlineData("single", "dash")]
    [InlineData("posix", "dash")]
    public async Task A_quoted_word_reaches_the_command_as_it_is(string kind, string shell)
    {
        var texts = Texts.Array[60].Single();
        string Quote(string text) => kind switch
        {
            "ansi" => BashQuoting.AnsiC(text),
            "single" => BashQuoting.Exact(text),
            _ => BashQuoting.Posix(text),
        };
        // Each text between two zero bytes, so that nothing in it can hide.
        var script = string.Concat(texts.Select(text => $"printf '%s\\0' {Quote(text)}\n"));
        using var folder = new TempFolder();

        var (code, output) = await ShellHost.RunAsync(shell, script, folder.Path, TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
        Assert.Equal(texts, output.Split('\0')[..^1]);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("bash", "bash")]
    [InlineData("sh", "dash")]
    [InlineData("sh", "busybox")]
    public async Task Variables_of_any_value_arrive_in_the_script(string shell, string program)
    {
        var texts = Texts.Array[40].Single().Select(text => text + "x").ToList();
        var statements = new List<Statement>();
        for (var i = 0; i < texts.Count; i++)
        {
            statements.Add(new Statement.Export(new() { Key = $"V{i}", Value = texts[i], File = i % 2 == 1 }, PathOnly: false));
        }

        statements.Add(new Statement.UserScript([.. texts.Select((_, i) => i % 2 == 1 ? $"cat \"$V{i}\"; printf '\\0'" : $"printf '%s\\0' \"$V{i}\"")], "s"));
        using var folder = new TempFolder();
        var script = ShellList.Find(shell)!.Render(statements, new ShellOptions { TemporaryFolder = "tmp.dir", PrivateFiles = true });
        var path = Path.Combine(folder.Path, "script");
        File.WriteAllText(path, script);

        var (code, output) = await ShellHost.RunAsync(
            "bash", program == "busybox" ? $"busybox sh {path}" : $"{program} {path}", folder.Path, TestContext.Current.CancellationToken);

        Assert.True(code == 0, output);
        Assert.All(texts, text => Assert.Contains(text + "\0", output, StringComparison.Ordinal));
    }
}
