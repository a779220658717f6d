namespace Gantry.Engine.Shells;

/// <summary>The shells there are.</summary>
public static class ShellList
{
    // `powershell` exists on Windows only.
    private static readonly IShell[] All =
        [new BashShell("bash"), new BashShell("sh"), new PowerShell("pwsh", windows: false), new PowerShell("powershell", windows: true)];

    private static readonly PowerShell WindowsPwsh = new("pwsh", windows: true);

    /// <summary>Null when the name is unknown; names are those of <c>config.toml</c>.</summary>
    public static IShell? Find(string name) => Array.Find(All, shell => shell.Name == name);

    /// <param name="name">As above.</param>
    /// <param name="onWindows">Where the scripts run.</param>
    public static IShell? Find(string name, bool onWindows) => onWindows && name == WindowsPwsh.Name ? WindowsPwsh : Find(name);

    /// <summary>For the message about an unknown name.</summary>
    public static string Names => string.Join(", ", All.Select(shell => shell.Name));
}
