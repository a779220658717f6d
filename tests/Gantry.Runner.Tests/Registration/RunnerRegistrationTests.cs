using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Gantry.Runner.Registration;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests.Registration;

public sealed class RunnerRegistrationTests : IAsyncLifetime
{
    private const int Limit = 30_000;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 8, 22, 10, 0, 0, 500, TimeSpan.Zero));
    private readonly RecordingLogger<GitLabClient> _log = new();
    private readonly StringWriter _prompts = new();
    private FakeCoordinator _server = null!;
    private GitLabClients _clients = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Config => _folder.File("config.toml");

    public async ValueTask InitializeAsync()
    {
        _server = await FakeCoordinator.StartAsync();
        _clients = new GitLabClients(Some.Version, _time, _log);
    }

    public async ValueTask DisposeAsync()
    {
        _clients.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = Limit)]
    public async Task Questions_come_in_the_official_order()
    {
        await Register([_server.Url, "registration-token", "", "a,b", "", "docker", "ruby:3.3"]);

        Assert.Equal(
            """
            Enter the GitLab instance URL (for example, https://gitlab.com/):
            Enter the registration token:
            Enter a description for the runner:
            [host]: Enter tags for the runner (comma-separated):
            Enter optional maintenance note for the runner:
            Enter an executor: custom, docker, docker+machine, docker-autoscaler, docker-windows, instance, kubernetes, parallels, shell, ssh, virtualbox:
            Enter the default Docker image (for example, ruby:3.3):

            """,
            _prompts.ToString());
        var entry = Assert.Single(ConfigReader.Read(Config).Table.Tables("runners"));
        Assert.Equal(("host", "docker", "fresh-runner-token"), (entry.Text("name"), entry.Text("executor"), entry.Text("token")));
        Assert.Equal(["/cache"], entry.Table("docker")!.TextList("volumes"));
        Assert.Equal(new DateTimeOffset(2026, 8, 22, 10, 0, 0, TimeSpan.Zero), entry.Date("token_obtained_at"));
        Assert.Contains($"Configuration (with the authentication token) was saved in \"{Config}\"", _log.Messages);
        Assert.True(File.Exists(_folder.File(".runner_system_id")));
    }

    [Fact(Timeout = Limit)]
    public async Task A_wrong_executor_is_asked_again()
    {
        await Register([_server.Url, "glrt-fake-runner-token", "mine", "dokker", "shell"]);

        Assert.Contains("Invalid executor specified: there is no executor \"dokker\"", _log.Messages);
        Assert.Equal("mine", Assert.Single(ConfigReader.Read(Config).Table.Tables("runners")).Text("name"));
    }

    [Fact(Timeout = Limit)]
    public async Task Nobody_to_answer_is_said_plainly()
    {
        var problem = await Assert.ThrowsAsync<RunnerCommandException>(() => Register([_server.Url]));
        Assert.Equal("Unexpected EOF. Did you mean to use --non-interactive?", problem.Message);

        problem = await Assert.ThrowsAsync<RunnerCommandException>(() => Register([], interactive: false));
        Assert.Equal("The url needs to be entered", problem.Message);
    }

    [Fact(Timeout = Limit)]
    public async Task An_existing_file_keeps_its_comments()
    {
        const string Existing = "# ours\nconcurrent = 8 # many\n\n[[runners]]\n  name = \"old\" # keep\n  token = \"x\"\n";
        _folder.File("config.toml", Existing);

        await Register([_server.Url, "glrt-fake-runner-token", "mine", "shell"]);

        Assert.StartsWith(Existing, await File.ReadAllTextAsync(Config, Token), StringComparison.Ordinal);
        Assert.Equal(2, ConfigReader.Read(Config).Table.Tables("runners").Count);
    }

    [Fact(Timeout = Limit)]
    public async Task An_interrupted_registration_takes_the_runner_back()
    {
        using var stop = new CancellationTokenSource();
        var answers = new Queue<string>([_server.Url, "glrt-fake-runner-token"]);
        var dialogue = new Dialogue(_prompts, () => answers.TryDequeue(out var answer) ? answer : throw new OperationCanceledException(), interactive: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(dialogue, stop.Token));

        Assert.Equal("DELETE runners/managers", _server.Requests[^1].ToString());
        Assert.False(File.Exists(Config));
    }

    [Fact(Timeout = Limit)]
    public async Task A_legacy_authentication_token_given_by_flag_is_verified()
    {
        _server.Runners["legacy-token"] = 9;
        await Register([], interactive: false, flags: [("--url", _server.Url), ("--token", "legacy-token"), ("--executor", "shell")]);

        Assert.Equal("POST runners/verify", Assert.Single(_server.Requests).ToString());
        Assert.Contains("If you want to register use the '-r' instead of '-t'.", _log.Messages);
        Assert.Equal(9, Assert.Single(ConfigReader.Read(Config).Table.Tables("runners")).Number("id"));
    }

    [Fact(Timeout = Limit)]
    public async Task Verifying_removes_only_what_the_server_rejects_and_only_when_told()
    {
        WriteRunners("glrt-fake-runner-token", "glrt-gone");
        var commands = Commands();

        var problem = await Assert.ThrowsAsync<RunnerCommandException>(() => commands.VerifyAsync(Config, new RunnerSelection(), delete: false, Token));
        Assert.Equal("Failed to verify runners", problem.Message);

        await commands.VerifyAsync(Config, new RunnerSelection(), delete: true, Token);
        Assert.Equal(["glrt-fake-runner-token"], Tokens());
        Assert.Contains($"Updated {Config}", _log.Messages);
    }

    [Fact(Timeout = Limit)]
    public async Task A_server_in_trouble_costs_no_entry()
    {
        WriteRunners("glrt-fake-runner-token");
        _server.Break("POST runners/verify", new Fault.Reset(AfterEffect: false), times: 2);

        await Commands().VerifyAsync(Config, new RunnerSelection(), delete: true, Token);

        Assert.Equal(["glrt-fake-runner-token"], Tokens());
    }

    [Fact(Timeout = Limit)]
    public async Task Unregistering_removes_the_entry_that_the_server_forgot()
    {
        WriteRunners("glrt-fake-runner-token", "legacy");
        _server.Runners["legacy"] = 3;

        await Commands().UnregisterAsync(Config, new RunnerSelection { Name = "runner-0" }, Token);
        Assert.Equal(["legacy"], Tokens());
        await Commands().UnregisterAsync(Config, new RunnerSelection { All = true }, Token);
        Assert.Empty(Tokens());
        Assert.Equal(["DELETE runners/managers", "DELETE runners"], _server.Requests.Select(r => r.ToString()));
        Assert.Matches("^s_|^r_", _server.Requests[0].Json.GetProperty("system_id").GetString()!);
    }

    [Fact(Timeout = Limit)]
    public async Task Unregistering_needs_to_know_whom()
    {
        WriteRunners("a");

        var problem = await Assert.ThrowsAsync<RunnerCommandException>(() => Commands().UnregisterAsync(Config, new RunnerSelection(), Token));
        Assert.Equal("at least one of --name or --token must be specified", problem.Message);
    }

    [Fact(Timeout = Limit)]
    public async Task A_reset_token_is_written_into_the_file()
    {
        WriteRunners("glrt-fake-runner-token");
        _server.TokenExpiresAt = new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);

        await Commands().ResetTokenAsync(Config, new RunnerSelection { Name = "runner-0" }, default, Token);

        var entry = Assert.Single(ConfigReader.Read(Config).Table.Tables("runners"));
        Assert.Equal(("fresh-runner-token", _server.TokenExpiresAt), (entry.Text("token"), entry.Date("token_expires_at")));
    }

    [Fact]
    public void Listing_shows_every_entry()
    {
        WriteRunners("glrt-one", "glrt-two");

        Commands().List(Config);

        Assert.Equal(["Listing configured runners", "runner-0", "runner-1"], _log.Messages);
        Assert.Equal(("shell", "glrt-two"), (_log.Entries[2].Fields["Executor"], _log.Entries[2].Fields["Token"]));
    }

    private void WriteRunners(params string[] tokens) => _folder.File("config.toml", string.Concat(tokens.Select((token, i) =>
        $"[[runners]]\n  name = \"runner-{i}\"\n  url = \"{_server.Url}\"\n  id = {i + 1}\n  token = \"{token}\"\n  executor = \"shell\"\n")));

    private IEnumerable<string> Tokens() => ConfigReader.Read(Config).Table.Tables("runners").Select(r => r.Text("token"));

    private RunnerCommands Commands() => new(Tools());

    private RegistrationTools Tools() => new() { Context = Some.Context(), Clients = _clients, Time = _time, Logger = _log, Traits = _ => null };

    private Task Register(string[] answers, bool interactive = true, params (string Flag, string Value)[] flags)
    {
        var queue = new Queue<string>(answers);
        return Run(new Dialogue(_prompts, () => queue.TryDequeue(out var answer) ? answer : null, interactive), Token, flags);
    }

    private Task Run(Dialogue dialogue, CancellationToken cancellationToken, params (string Flag, string Value)[] flags)
    {
        var entry = RunnerFlags.NewEntry();
        entry.Set("name", "host");
        foreach (var (flag, value) in flags)
        {
            Assert.Null(RunnerFlags.All.Single(f => f.Key.Flags.Contains(flag)).Apply(entry, value));
        }

        return new RunnerRegistration(new RegisterRequest { ConfigPath = Config, Runner = entry }, dialogue, Tools()).RunAsync(cancellationToken);
    }
}
