using Gantry.CommandLine;
using Gantry.Commands;
using Gantry.Engine.Processes;

namespace Gantry.Tests.CommandLine;

public sealed class CompletionScriptTests
{
    private readonly CompletionScript _script = new([.. CommandTable.All().Where(command => !command.Hidden)], new GlobalFlags().Set.Flags);

    [Theory]
    [InlineData("gantry reg", "register")]
    [InlineData("gantry register --docker-pr", "--docker-privileged")]
    [InlineData("gantry --log-format j", "json")]
    [InlineData("gantry completion f", "fish")]
    public async Task Bash_completes_commands_flags_and_values(string line, string expected)
    {
        var words = line.Split(' ');
        var run = await ChildProcess.RunAsync(
            new ProcessStart
            {
                FileName = "bash",
                Arguments = ["-c", $"{_script.Bash()}\nCOMP_WORDS=({line}); COMP_CWORD={words.Length - 1}; _gantry; printf '%s\\n' \"${{COMPREPLY[@]}}\""],
            },
            64 * 1024, TestContext.Current.CancellationToken);

        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(run.Output).Trim());
        Assert.Equal("", run.Error);
    }

    [Fact]
    public void Zsh_and_fish_know_every_visible_command()
    {
        foreach (var command in CommandTable.All().Where(command => !command.Hidden))
        {
            Assert.Contains($"'{command.Name}:", _script.Zsh(), StringComparison.Ordinal);
            Assert.Contains($"-a {command.Name} -d", _script.Fish(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("artifacts-uploader", _script.Fish(), StringComparison.Ordinal);
    }
}
