using Gantry.Commands;
using Gantry.Services;
using Gantry.TestKit.Tables;

namespace Gantry.Tests.Services;

public sealed class ServiceDefinitionTests
{
    private static readonly ServiceDefinition Service = new()
    {
        Name = "gitlab-runner",
        Executable = "/usr/bin/gantry",
        Arguments = ["run", "--config", "/etc/gitlab-runner/config.toml", "--working-directory", "/var/lib/my builds", "--service", "gitlab-runner"],
        Account = "ci",
        WorkingFolder = "/var/lib/my builds",
    };

    [Fact]
    [Tables("config-rules", "service-arguments")]
    public void The_command_line_of_a_service_names_folder_file_and_service()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var given = one.Input.GetProperty("flags").EnumerateArray().Select(word => word.GetString()!).ToList();
            string Flag(string name, string otherwise) => given.IndexOf(name) is >= 0 and var at ? given[at + 1] : otherwise;
            foreach (var (system, expected) in ((IServiceSystem, string)[])[(new Systemd("/x", ofUser: false), "args_systemd"), (new SysV(), "args_other")])
            {
                Assert.Equal(
                    one.Expected.GetProperty(expected).EnumerateArray().Select(word => word.GetString()),
                    ServiceCommands.RunFlags(
                        system, "(current directory)", Flag("--config", "(default config file)"), Flag("--service", ServiceCommands.DefaultName),
                        given.Contains("--syslog=true") ? true : null));
            }
        }

        Assert.Equal(4, cases.Count);
    }

    [Fact]
    public void A_unit_quotes_its_arguments_and_says_when_it_is_ready()
    {
        var text = new Systemd("/etc/systemd/system", ofUser: false).Text(Service);

        Assert.Contains(
            "ExecStart=/usr/bin/gantry \"run\" \"--config\" \"/etc/gitlab-runner/config.toml\" \"--working-directory\" \"/var/lib/my builds\" \"--service\" \"gitlab-runner\"\n",
            text, StringComparison.Ordinal);
        foreach (var line in (string[])[
            "Description=GitLab Runner", "ConditionFileIsExecutable=/usr/bin/gantry", "After=network.target", "StartLimitInterval=5", "StartLimitBurst=10",
            "User=ci", "Restart=always", "RestartSec=120", "EnvironmentFile=-/etc/sysconfig/gitlab-runner", "WantedBy=multi-user.target", "Type=notify"])
        {
            Assert.Contains("\n" + line + "\n", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_unit_without_an_account_names_none()
    {
        Assert.DoesNotContain("User=", new Systemd("/x", ofUser: true).Text(Service with { Account = "" }), StringComparison.Ordinal);
        Assert.Contains("%%h $$HOME", new Systemd("/x", ofUser: true).Text(Service with { Arguments = ["%h $HOME"] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_users_own_unit_belongs_to_the_users_target()
    {
        var system = new Systemd("/home/ci/.config/systemd/user", ofUser: true);

        Assert.Contains("WantedBy=default.target", system.Text(Service), StringComparison.Ordinal);
        Assert.Equal("systemctl --user enable gitlab-runner.service", string.Join(' ', system.Commands(ServiceAction.Install, Service)[0]));
        Assert.Equal("/home/ci/.config/systemd/user/gitlab-runner.service", system.FileOf("gitlab-runner"));
    }

    [Fact]
    public void The_unit_of_a_package_is_found_beside_those_of_the_operator()
    {
        Assert.Equal(
            ["/etc/systemd/system/gantry.service", "/usr/lib/systemd/system/gantry.service", "/lib/systemd/system/gantry.service"],
            new Systemd("/etc/systemd/system", ofUser: false).PlacesOf("gantry"));
        Assert.Equal(["/home/ci/x/gantry.service"], new Systemd("/home/ci/x", ofUser: true).PlacesOf("gantry"));
        Assert.Equal(["/etc/init.d/gantry"], ((IServiceSystem)new SysV()).PlacesOf("gantry"));
    }

    [Theory]
    [InlineData("active\n", ServiceStatus.Running)]
    [InlineData("inactive\n", ServiceStatus.Stopped)]
    [InlineData("failed\n", ServiceStatus.Stopped)]
    [InlineData("unknown\n", ServiceStatus.Unknown)]
    internal void Systemds_word_is_understood(string word, ServiceStatus status) =>
        Assert.Equal(status, new Systemd("/x", ofUser: false).Status(word.StartsWith("active", StringComparison.Ordinal) ? 0 : 3, word));

    [Fact]
    public void A_property_list_escapes_what_xml_would_read()
    {
        var text = new Launchd("/Library/LaunchDaemons", "/Library/Logs").Text(Service with { Arguments = ["run", "a & b"] });

        Assert.Contains("<string>a &amp; b</string>", text, StringComparison.Ordinal);
        Assert.Contains("<key>KeepAlive</key>\n\t<true/>", text, StringComparison.Ordinal);
        Assert.Contains("<key>SessionCreate</key>\n\t<false/>", text, StringComparison.Ordinal);
        Assert.Contains("/Library/Logs/gitlab-runner.err.log", text, StringComparison.Ordinal);
        Assert.Equal("gitlab-runner", System.Xml.Linq.XDocument.Parse(text).Descendants("string").First().Value);
    }

    [Fact]
    public void A_windows_service_starts_by_itself_and_quotes_its_path()
    {
        var create = new WindowsServices().Commands(ServiceAction.Install, Service with { Executable = @"C:\Program Files\gantry.exe", Password = new Engine.Secret("pw") })[0];

        Assert.StartsWith(@"""C:\Program Files\gantry.exe"" run --config", create[4], StringComparison.Ordinal);
        Assert.Equal(["start=", "auto"], create.Skip(5).Take(2));
        Assert.Equal(["obj=", "ci", "password=", "pw"], create.Skip(9));
    }
}
