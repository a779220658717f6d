using System.Globalization;
using System.Text.Json;
using Gantry.Engine;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Gantry.Runner.Registration;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Logging;
using Gantry.TestKit.Tables;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>register.json: runs of the register command against a server, and what is sent and written.</summary>
public sealed class RegisterTables
{
    private const string OfficialUrl = "http://gitlab.example.com/";

    [Fact(Timeout = 120_000)]
    [Tables("register", "flags", "token-expiry", "template", "access-level", "forbidden-with-glrt", "executors")]
    public Task Registrations_send_and_write_the_same() => RunnerCases.RunAsync(53, async one =>
        {
            if (one.Input.Text("os") == "windows")
            {
                // Windows chooses pwsh by itself; the same rule is read from the platform's name here.
                await CheckAsync(one, "windows");
                return;
            }

            await CheckAsync(one, "linux");
        });

    [Fact(Timeout = 60_000)]
    [Tables("register", "unregister-on-failure")]
    public Task A_failed_registration_is_undone() => RunnerCases.RunAsync(4, async one =>
    {
        await using var server = await ServerAsync(one);
        using var folder = new Folder();
        var fails = one.Input.GetProperty("registration_fails").GetBoolean();
        var glrt = one.In("server_token").StartsWith("glrt-", StringComparison.Ordinal);
        var run = new Run(server, folder, "linux")
        {
            Arguments = ["--leave-runner=" + one.Input.GetProperty("leave_runner").GetRawText()],
            Answers = glrt ? [server.Url, "glrt-test-runner-token", "name"] : [server.Url, "registration-token", "name", "", ""],
            Interactive = true,
        };
        run = fails ? run : run with { Answers = [.. run.Answers, "shell"] };
        var problem = await Record.ExceptionAsync(() => run.GoAsync());

        Assert.Equal(fails, problem is not null);
        var removed = server.Requests.SingleOrDefault(r => r.Method == "DELETE")?.Path switch
        {
            "runners/managers" => "runner manager",
            "runners" => "runner",
            _ => null,
        };
        Assert.Equal(one.Expected.Text("unregistered"), removed);
    });

    [Fact]
    [Tables("register", "merge")]
    public Task Templates_fill_what_is_empty() => RunnerCases.Run(4, one =>
    {
        using var folder = new Folder();
        var template = folder.Write("template.toml", one.In("template"));
        var entry = RunnerFlags.NewEntry();
        foreach (var value in one.Input.GetProperty("config").EnumerateObject())
        {
            entry.Set(value.Name, value.Value.GetString()!);
        }

        if (one.Expected.Text("error_contains") is { } error)
        {
            // The reader's own words about malformed TOML differ from the official one's.
            var wanted = error.Contains("toml: line", StringComparison.Ordinal) ? "couldn't load configuration template file: decoding configuration file: " : error;
            Assert.Contains(wanted, Assert.Throws<RunnerCommandException>(() => TemplateMerge.Apply(entry, template)).Message, StringComparison.Ordinal);
            return;
        }

        TemplateMerge.Apply(entry, template);
        foreach (var value in one.Expected.GetProperty("values").EnumerateObject())
        {
            TablePaths.AssertEqual(value.Value, TablePaths.Find(entry, value.Name), value.Name);
        }
    });

    private static async Task<FakeCoordinator> ServerAsync(RunnerCase one)
    {
        var server = await FakeCoordinator.StartAsync();
        server.NextToken = one.Input.Text("server_token") ?? "test-runner-token";
        server.TokenExpiresAt = one.Input.Text("server_token_expires_at") is { } expires
            ? DateTimeOffset.Parse(expires, CultureInfo.InvariantCulture)
            : null;
        server.AnyRunner = true;
        server.RunnerId = one.Input.Member("server_id")?.GetInt64() ?? (one.Table == "template" ? 0 : 12345);
        return server;
    }

    private static async Task CheckAsync(RunnerCase one, string platform)
    {
        await using var server = await ServerAsync(one);
        using var folder = new Folder();
        var interactive = one.Input.Member("interactive")?.GetBoolean() ?? false;
        var given = one.Input.Texts("args");
        var run = new Run(server, folder, platform)
        {
            Arguments = interactive ? given : [.. given, "--url", OfficialUrl, .. given.Contains("--executor") ? (string[])[] : ["--executor", "shell"]],
            Environment = one.Input.Map("environment"),
            Answers = one.Input.Texts("answers"),
            Interactive = interactive,
            Template = one.Input.Text("template"),
        };
        var problem = await Record.ExceptionAsync(() => run.GoAsync());
        var error = one.Expected.Text("error")?.Replace("command error: ", "", StringComparison.Ordinal) ?? one.Expected.Text("fatal_contains");
        if (error is not null || one.Expects("failed"))
        {
            Assert.Contains(error ?? "", Assert.IsType<RunnerCommandException>(problem).Message, StringComparison.Ordinal);
            return;
        }

        Assert.Null(problem);
        CheckFile(one, run, server);
        CheckRequest(one, server);
        Assert.Contains(run.Log.Messages, m => m.Contains(one.Expected.Text("output_contains") ?? "", StringComparison.Ordinal));
    }

    private static void CheckFile(RunnerCase one, Run run, FakeCoordinator server)
    {
        var text = File.ReadAllText(run.ConfigPath).Replace(server.Url, OfficialUrl.TrimEnd('/'), StringComparison.Ordinal);
        var table = ConfigReader.Parse(text, "config.toml").Table;
        foreach (var value in one.Expected.Member("values")?.EnumerateObject().AsEnumerable() ?? [])
        {
            var wanted = value.Value;
            if (value.Name.EndsWith("_at", StringComparison.Ordinal) && wanted.GetString() == "0001-01-01T00:00:00Z")
            {
                Assert.Contains("token_expires_at = 0001-01-01T00:00:00Z", text, StringComparison.Ordinal);
                continue;
            }

            TablePaths.AssertEqual(wanted, TablePaths.Find(table, value.Name), value.Name);
        }

        Assert.All(one.Expected.Texts("present"), path => Assert.NotNull(TablePaths.Find(table, path)));
        var squeezed = text.Replace(" ", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal);
        Assert.All(one.Expected.Texts("text_contains"), part => Assert.Contains(
            part.Replace(" ", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal), squeezed, StringComparison.Ordinal));
        if (one.Expected.Text("file") is { } file)
        {
            Assert.Equal(file.Replace("{hostname}", "host", StringComparison.Ordinal), text);
        }
    }

    private static void CheckRequest(RunnerCase one, FakeCoordinator server)
    {
        if (one.Expected.Member("request") is not { } request)
        {
            return;
        }

        var sent = server.Requests.First(r => r.Path == "runners").Json;
        foreach (var field in request.EnumerateObject())
        {
            var actual = sent.Member(field.Name == "tags" ? "tag_list" : field.Name);
            if (field.Value.ValueKind == JsonValueKind.String)
            {
                Assert.Equal(field.Value.GetString(), actual?.GetString() ?? "");
            }
            else
            {
                Assert.Equal(field.Value.GetRawText(), actual?.GetRawText());
            }
        }
    }

    /// <summary>One run of the command, flags read as the executable reads them.</summary>
    private sealed record Run(FakeCoordinator Server, Folder Folder, string Platform)
    {
        public IReadOnlyList<string> Arguments { get; init; } = [];
        public Dictionary<string, string> Environment { get; init; } = [];
        public IReadOnlyList<string> Answers { get; init; } = [];
        public bool Interactive { get; init; }
        public string? Template { get; init; }
        public RecordingLogger<GitLabClient> Log { get; } = new();

        public string ConfigPath => Folder.Of("config.toml");

        public async Task GoAsync()
        {
            var time = new FakeTimeProvider(new DateTimeOffset(2020, 1, 1, 10, 10, 10, TimeSpan.Zero));
            var context = ConfigTables.Context with { Version = ConfigTables.Context.Version with { Platform = Platform } };
            using var clients = new GitLabClients(context.Version, time, Log);
            var answers = new Queue<string>(Answers.Select(a => a.Replace(OfficialUrl, Server.Url + "/", StringComparison.Ordinal)));
            var dialogue = new Dialogue(TextWriter.Null, () => answers.TryDequeue(out var answer) ? answer : null, Interactive);
            var tools = new RegistrationTools { Context = context, Clients = clients, Time = time, Logger = Log, Traits = _ => null };
            await new RunnerRegistration(Request(), dialogue, tools).RunAsync(TestContext.Current.CancellationToken);
        }

        private RegisterRequest Request()
        {
            var entry = RunnerFlags.NewEntry();
            entry.Set("name", "host");
            foreach (var flag in RunnerFlags.All.Where(f => f.Key.Environment is not null))
            {
                if (Environment.TryGetValue(flag.Key.Environment!, out var value))
                {
                    Assert.Null(flag.Apply(entry, value));
                }
            }

            var request = new RegisterRequest
            {
                ConfigPath = ConfigPath,
                TemplatePath = Template is null ? null : Folder.Write("template.toml", Template),
                NonInteractive = !Interactive,
                Runner = entry,
            };
            for (var i = 0; i < Arguments.Count; i++)
            {
                request = Take(request, entry, ref i);
            }

            return request;
        }

        private RegisterRequest Take(RegisterRequest request, ConfigTable entry, ref int at)
        {
            var (name, value) = Arguments[at].Split('=', 2) is [var left, var right] ? (left, right) : (Arguments[at], null);
            switch (name)
            {
                case "--paused" or "--run-untagged" or "--locked" or "--leave-runner":
                    // A switch takes no separate word; one that follows anyway is dropped by Go's parser as an argument.
                    var on = value != "false";
                    at += value is null && at + 1 < Arguments.Count && Arguments[at + 1] == "true" ? 1 : 0;
                    return name switch
                    {
                        "--paused" => request with { Paused = on },
                        "--run-untagged" => request with { RunUntagged = on },
                        "--locked" => request with { Locked = on },
                        _ => request with { LeaveRunner = on },
                    };
                default:
                    value ??= Arguments[++at];
                    break;
            }

            switch (name)
            {
                case "--registration-token" or "-r":
                    return request with { RegistrationToken = new Secret(value) };
                case "--access-level":
                    return request with { AccessLevel = value };
                case "--tag-list":
                    return request with { TagList = value };
                case "--maintenance-note":
                    return request with { MaintenanceNote = value };
                case "--maximum-timeout":
                    return request with { MaximumTimeout = int.Parse(value, CultureInfo.InvariantCulture) };
                default:
                    var flag = RunnerFlags.All.Single(f => f.Key.Flags.Contains(name));
                    Assert.Null(flag.Apply(entry, value.Replace(OfficialUrl, Server.Url + "/", StringComparison.Ordinal)));
                    return request;
            }
        }
    }

    private sealed class Folder : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("gantry-register-").FullName;

        public string Of(string name) => Path.Combine(_path, name);

        public string Write(string name, string content)
        {
            File.WriteAllText(Of(name), content);
            return Of(name);
        }

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
