using System.Security;
using System.Text;

namespace Gantry.Services;

/// <summary>Property lists of launchd (macOS).</summary>
/// <param name="listFolder"><c>/Library/LaunchDaemons</c>, or the user's <c>Library/LaunchAgents</c>.</param>
/// <param name="logFolder">Where output goes.</param>
internal sealed class Launchd(string listFolder, string logFolder) : IServiceSystem
{
    public string Name => "launchd";

    public UnixFileMode FileMode => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string? FileOf(string service) => Path.Combine(listFolder, service + ".plist");

    public string Text(ServiceDefinition service)
    {
        var text = new StringBuilder();
        text.Append("""
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0">
            <dict>

            """);
        Key(text, "Label", service.Name);
        text.Append("\t<key>ProgramArguments</key>\n\t<array>\n");
        foreach (var word in service.Arguments.Prepend(service.Executable))
        {
            text.Append("\t\t<string>").Append(SecurityElement.Escape(word)).Append("</string>\n");
        }

        text.Append("\t</array>\n");
        if (service.Account.Length > 0)
        {
            Key(text, "UserName", service.Account);
        }

        Key(text, "WorkingDirectory", service.WorkingFolder);
        Key(text, "StandardOutPath", Path.Combine(logFolder, service.Name + ".out.log"));
        Key(text, "StandardErrorPath", Path.Combine(logFolder, service.Name + ".err.log"));
        foreach (var (key, value) in ((string, bool)[])[("KeepAlive", true), ("RunAtLoad", true), ("SessionCreate", false), ("Disabled", false)])
        {
            text.Append("\t<key>").Append(key).Append("</key>\n\t<").Append(value ? "true" : "false").Append("/>\n");
        }

        return text.Append("</dict>\n</plist>\n").ToString();
    }

    public IReadOnlyList<IReadOnlyList<string>> Commands(ServiceAction action, ServiceDefinition service)
    {
        var list = FileOf(service.Name)!;
        return action switch
        {
            ServiceAction.Install => [],
            ServiceAction.Uninstall or ServiceAction.Stop => [["launchctl", "unload", list]],
            ServiceAction.Start => [["launchctl", "load", list]],
            ServiceAction.Restart => [["launchctl", "unload", list], ["launchctl", "load", list]],
            _ => [["launchctl", "list", service.Name]],
        };
    }

    /// <summary>A loaded job that runs shows its process id.</summary>
    public ServiceStatus Status(int exitCode, string output) =>
        exitCode == 0 && output.Contains("\"PID\"", StringComparison.Ordinal) ? ServiceStatus.Running : ServiceStatus.Stopped;

    private static void Key(StringBuilder text, string key, string value) =>
        text.Append("\t<key>").Append(key).Append("</key>\n\t<string>").Append(SecurityElement.Escape(value)).Append("</string>\n");
}
