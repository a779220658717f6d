using System.Text;

namespace Gantry.Engine.Shells;

/// <summary>
/// PowerShell: <c>pwsh</c> everywhere, <c>powershell</c> on Windows (official-job-protocol §8.3). The body is one script
/// block, so that PowerShell has read all of it before the first command runs; every command is followed by a check,
/// because PowerShell goes on after a failing program.
/// </summary>
/// <param name="name"><c>pwsh</c> or <c>powershell</c>.</param>
/// <param name="windows">Where the script runs: decides line ends and path separators.</param>
internal sealed class PowerShell(string name, bool windows) : IShell
{
    public string Name { get; } = name;

    public string Render(IReadOnlyList<Statement> statements, ShellOptions options)
    {
        var body = new PowerShellBody(options, windows);
        body.AddAll(statements);
        var script = new StringBuilder();
        if (Name == "pwsh" && !windows)
        {
            script.Append("#!/usr/bin/env pwsh\n");
        }

        script.Append("& {\n");
        if (options.Trace)
        {
            script.Append("Set-PSDebug -Trace 2\n");
        }

        if (Name == "pwsh")
        {
            script.Append("$ErrorActionPreference = \"Stop\"\n");
        }

        // A program that reads standard input gets an end of file from the caller; the blank line ends the block when it is typed in.
        script.Append(body.Text).Append("}\n\n");
        return windows ? script.Replace("\r\n", "\n").Replace("\n", "\r\n").ToString() : script.ToString();
    }
}
