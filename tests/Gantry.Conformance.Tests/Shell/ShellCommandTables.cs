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
}
