using Gantry.Conformance.Tests.Traces;
using Gantry.Executors.Shell;

namespace Gantry.Conformance.Tests.Shell;

public sealed class ShellCommandTables(ITestOutputHelper output)
{
    [Fact]
    public void Bash() => LogCases.Run(output, "shell-commands", "bash", 4, (input, expected) =>
    {
        var command = ShellCommand.For(
            input.GetProperty("shell").GetString()!,
            input.GetProperty("type").GetString() == "login",
            input.GetProperty("user").GetString()!);
        Assert.Equal(expected.GetProperty("command").GetString(), command.FileName);
        Assert.Equal(expected.Strings("arguments"), command.Arguments);
    });

    [Fact]
    public void People_get_a_login_shell() => LogCases.Run(output, "shell-commands", "bash-interactive", 2, (input, expected) =>
    {
        var command = ShellCommand.Interactive(input.GetProperty("shell").GetString()!, user: "");
        Assert.Equal(expected.GetProperty("line").GetString(), string.Join(' ', command.Arguments.Prepend(command.FileName)));
    });

    [Fact]
    public void PowerShell() => LogCases.Run(output, "shell-commands", "powershell", 8, (input, expected) =>
    {
        if (input.TryGetProperty("os", out _))
        {
            // Switching the user on macOS and Windows.
            return;
        }

        var shell = input.GetProperty("shell").GetString()!;
        var command = expected.GetProperty("pass_file").GetBoolean()
            ? ShellCommand.ForFile(shell) : ShellCommand.For(shell, login: true, input.GetProperty("user").GetString()!);
        Assert.Equal(expected.GetProperty("command").GetString(), command.FileName);
        Assert.Equal(expected.Strings("arguments"), command.Arguments);
    });
}
