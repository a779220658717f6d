namespace Gantry.Services;

/// <summary>Services of Windows, kept by the service control manager; <c>sc.exe</c> is its tool.</summary>
internal sealed class WindowsServices : IServiceSystem
{
    public string Name => "windows";

    public UnixFileMode FileMode => UnixFileMode.None;

    public string? FileOf(string service) => null;

    public string Text(ServiceDefinition service) => "";

    public IReadOnlyList<IReadOnlyList<string>> Commands(ServiceAction action, ServiceDefinition service) => action switch
    {
        ServiceAction.Install =>
        [
            ["sc.exe", "create", service.Name, "binPath=", string.Join(' ', service.Arguments.Prepend(service.Executable).Select(Quoted)),
                "start=", "auto", "DisplayName=", service.Name,
                .. service.Account.Length > 0 ? (string[])["obj=", service.Account, "password=", service.Password.Reveal()] : []],
            ["sc.exe", "description", service.Name, "GitLab Runner"],
        ],
        ServiceAction.Uninstall => [["sc.exe", "delete", service.Name]],
        ServiceAction.Start => [["sc.exe", "start", service.Name]],
        ServiceAction.Stop => [["sc.exe", "stop", service.Name]],
        ServiceAction.Restart => [["sc.exe", "stop", service.Name], ["sc.exe", "start", service.Name]],
        _ => [["sc.exe", "query", service.Name]],
    };

    public ServiceStatus Status(int exitCode, string output) =>
        exitCode != 0 ? ServiceStatus.Unknown
        : output.Contains("RUNNING", StringComparison.Ordinal) ? ServiceStatus.Running
        : ServiceStatus.Stopped;

    // The rules of the C runtime's command line: backslashes count before a quote only.
    private static string Quoted(string word) => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word;
}
