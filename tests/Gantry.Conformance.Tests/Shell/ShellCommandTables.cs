using Gantry.Conformance.Tests.Plans;
using Gantry.Conformance.Tests.Traces;
using Gantry.Executors.Shell;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Shell;

public sealed class ShellCommandTables
{
    [Fact]
    [Tables("shell-commands", "bash")]
    public void Bash() => Cases.Run(4, (input, expected) =>
    {
        var command = ShellCommand.For(
            input.GetProperty("shell").GetString()!,
            input.GetProperty("type").GetString() == "login",
            input.GetProperty("user").GetString()!);
        Assert.Equal(expected.GetProperty("command").GetString(), command.FileName);
        Assert.Equal(expected.Strings("arguments"), command.Arguments);
    });

    [Fact]
    [Tables("shell-commands", "bash-interactive")]
    public void People_get_a_login_shell() => Cases.Run(2, (input, expected) =>
    {
        var command = ShellCommand.Interactive(input.GetProperty("shell").GetString()!, user: "");
        Assert.Equal(expected.GetProperty("line").GetString(), string.Join(' ', command.Arguments.Prepend(command.FileName)));
    });

    [Fact]
    [Tables("shell-commands", "powershell")]
    public void PowerShell() => Cases.Run(8, (input, expected) =>
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
