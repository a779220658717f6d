namespace Gantry.Services;

/// <summary>
/// Units of systemd. Beyond the official unit: readiness and watchdog (<c>Type=notify</c>), and a stop that first lets
/// jobs finish for a while, because the official default ends them at once.
/// </summary>
/// <param name="unitFolder"><c>/etc/systemd/system</c>, or the user's own.</param>
/// <param name="ofUser">The user's own instance of systemd.</param>
internal sealed class Systemd(string unitFolder, bool ofUser) : IServiceSystem
{
    public string Name => "systemd";

    public UnixFileMode FileMode => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string? FileOf(string service) => Path.Combine(unitFolder, service + ".service");

    public IReadOnlyList<string> PlacesOf(string service) =>
        ofUser ? [FileOf(service)!] : [FileOf(service)!, $"/usr/lib/systemd/system/{service}.service", $"/lib/systemd/system/{service}.service"];

    public string Text(ServiceDefinition service)
    {
        var account = service.Account.Length > 0 ? $"User={service.Account}\n" : "";
        return $"""
            [Unit]
            Description=GitLab Runner
            Documentation=man:gitlab-runner
            ConditionFileIsExecutable={service.Executable}
            After=network.target
            StartLimitInterval=5
            StartLimitBurst=10

            [Service]
            Type=notify
            NotifyAccess=main
            WatchdogSec=120
            ExecStart={Word(service.Executable)} {string.Join(' ', service.Arguments.Select(Quoted))}
            {account}Restart=always
            RestartSec=120
            EnvironmentFile=-/etc/sysconfig/{service.Name}
            KillMode=mixed
            TimeoutStartSec=90

            [Install]
            WantedBy={(ofUser ? "default.target" : "multi-user.target")}

            """;
    }

    public IReadOnlyList<IReadOnlyList<string>> Commands(ServiceAction action, ServiceDefinition service)
    {
        var unit = service.Name + ".service";
        return action switch
        {
            ServiceAction.Install => [Call("enable", unit), Call("daemon-reload")],
            ServiceAction.Uninstall => [Call("disable", unit), Call("daemon-reload")],
            ServiceAction.Status => [Call("is-active", unit)],
            _ => [Call(action.ToString().ToLowerInvariant(), unit)],
        };
    }

    public ServiceStatus Status(int exitCode, string output) => output.Trim() switch
    {
        "active" or "activating" or "reloading" => ServiceStatus.Running,
        "inactive" or "failed" or "deactivating" => ServiceStatus.Stopped,
        _ => ServiceStatus.Unknown,
    };

    // In a unit, % begins a specifier, $ a variable, and a word with blanks needs quotes.
    private static string Word(string text) => text.Contains(' ', StringComparison.Ordinal) ? Quoted(text) : text.Replace("%", "%%", StringComparison.Ordinal);

    private static string Quoted(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal) + "\"";

    private IReadOnlyList<string> Call(params string[] words) => ofUser ? ["systemctl", "--user", .. words] : ["systemctl", .. words];
}
