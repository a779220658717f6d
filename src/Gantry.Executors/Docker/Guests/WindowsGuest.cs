using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Engine.Shells;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Volumes;
using Gantry.Executors.Images;

namespace Gantry.Executors.Docker.Guests;

/// <summary>Windows, Server Core and Nano Server, with either isolation (official-executors §3).</summary>
internal sealed class WindowsGuest : Guest
{
    public static readonly WindowsGuest Instance = new();

    private WindowsGuest()
    {
    }

    public override string Executor => "docker-windows";

    public override VolumeText Volumes => VolumeText.Windows;

    public override bool KeepsFilesInContainer => true;

    public override bool NamesNeedNetwork => true;

    public override string Superuser => "ContainerAdministrator";

    // The signal shuts the container's system down, which tells its programs.
    public override IReadOnlyList<string>? Terminate => null;

    public override IReadOnlyList<string> ShowSockets { get; } = ["netstat", "-a", "-n"];

    public override ExecutorTraits Traits(bool shared) => ContainerTraits.Of(shared) with
    {
        DefaultBuildsFolder = @"C:\builds",
        DefaultCacheFolder = @"C:\cache",
        DefaultShell = "powershell",
        PlaceIsWindows = true,
    };

    public override void Check(string engine, string? shell)
    {
        EngineRules.CheckSystem(engine);
        if (engine != "windows")
        {
            throw EnvironmentException.Misconfigured(
                $"the engine runs {engine} containers; set `executor = \"docker\"` for this runner, or switch the engine to Windows containers");
        }

        if (shell is not (null or "powershell" or "pwsh"))
        {
            throw EnvironmentException.Misconfigured($"shell {shell} does not work in Windows containers; set `shell` of the runner to powershell, or to pwsh where the images have it");
        }
    }

    public override IReadOnlyList<string> ReadScript(string shell) => ContainerCommand.ForWindows(shell);

    public override string Empty(string folder)
    {
        var path = PowerShellQuoting.ExactAscii(folder);
        return Script($"if(Test-Path -LiteralPath {path} -PathType Container) {{ Get-ChildItem -LiteralPath {path} -Force | Remove-Item -Recurse -Force }}");
    }

    public override IReadOnlyList<string> Interactive(string shell, string folder) =>
        [shell, "-NoLogo", "-NoProfile", "-NoExit", "-Command", $"Set-Location -LiteralPath {PowerShellQuoting.Exact(folder)} -ErrorAction SilentlyContinue"];

    // Environments of others cannot be read there.
    public override async Task<IReadOnlyList<string>> EndInteractiveAsync(string mark, Func<Task<long>> process) =>
        ["taskkill", "/F", "/T", "/PID", (await process()).ToString(CultureInfo.InvariantCulture)];

    public override (IReadOnlyList<string> Entrypoint, IReadOnlyList<string> Command) LookUp(string name, string? shell) =>
        ([shell ?? "powershell", "-NoProfile", "-NonInteractive", "-Command"], [$"[void][System.Net.Dns]::GetHostAddresses({PowerShellQuoting.Exact(name)})"]);

    // Proto, local address, foreign address, state: the words are the system's language, the address that nobody has is not.
    public override HashSet<int> Listening(string sockets) =>
    [
        .. from line in sockets.Split('\n')
           let fields = line.Split([' ', '\r'], StringSplitOptions.RemoveEmptyEntries)
           where fields is ["TCP", _, "0.0.0.0:0" or "[::]:0", ..]
           let port = int.TryParse(fields[1].AsSpan(fields[1].LastIndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
           where port > 0
           select port,
    ];

    public override PlaceUsage Usage(ContainerUse use) =>
        new(TimeSpan.FromTicks(use.Processor?.Usage?.Amount ?? 0), use.Memory?.PrivateWorkingSet ?? 0);

    /// <summary>A script that ends at its first error and says it. For standard input: one block, so that it is read to its end before it runs.</summary>
    /// <param name="lines">PowerShell in ASCII, without line breaks inside of texts.</param>
    public static string Script(params IEnumerable<string> lines) => string.Join(
        "\r\n",
        [
            "& {", "$ErrorActionPreference = 'Stop'", "try {", .. lines, "} catch {", "[Console]::Error.WriteLine(\"$_\")", "exit 1", "}", "}", "", "",
        ]);
}
