namespace Gantry.Engine.Shells;

/// <summary>The shells there are.</summary>
public static class ShellList
{
    private static readonly IShell[] All = [
        new BashShell("bash"), new BashShell("sh"),
        // `powershell` exists on Windows only; `pwsh` scripts go to places of this machine's kind.
        new PowerShell("pwsh", OperatingSystem.IsWindows()), new PowerShell("powershell", windows: true),
    ];

    /// <summary>Null when the name is unknown; names are those of <c>config.toml</c>.</summary>
    public static IShell? Find(string name) => Array.Find(All, shell => shell.Name == name);

    /// <summary>For the message about an unknown name.</summary>
    public static string Names => string.Join(", ", All.Select(shell => shell.Name));
}
