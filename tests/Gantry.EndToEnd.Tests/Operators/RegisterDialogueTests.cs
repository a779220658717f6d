using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Operators;

/// <summary>Registering by hand, in a terminal, as the official dialogue goes.</summary>
public sealed class RegisterDialogueTests : IDisposable
{
    private const int Limit = 180_000;

    private static readonly (string Question, string Answer)[] ContainersBySsh =
    [
        ("Enter the default Docker image (for example, ruby:3.3):", "alpine:3.20"),
        ("Enter the SSH user (for example, root):", "ci"),
        ("Enter the SSH password (for example, docker.io):", ""),
        ("Enter the path to the SSH identity file (for example, /home/user/.ssh/id_rsa):", "/home/ci/.ssh/id"),
    ];

    /// <summary>What each executor asks, and the answer.</summary>
    private static readonly Dictionary<string, (string Question, string Answer)[]> Questions = new()
    {
        ["shell"] = [],
        ["docker"] = [("Enter the default Docker image (for example, ruby:3.3):", "alpine:3.20")],
        ["docker-windows"] = [("Enter the default Docker image (for example, mcr.microsoft.com/windows/servercore:1809):", "windows")],
        ["docker+machine"] = [("Enter the default Docker image (for example, ruby:3.3):", "alpine:3.20")],
        ["docker-ssh"] = ContainersBySsh,
        ["docker-ssh+machine"] = ContainersBySsh,
        ["docker-autoscaler"] = [("Enter the default Docker image (for example, ruby:3.3):", "alpine:3.20")],
        ["ssh"] =
        [
            ("Enter the SSH server address (for example, my.server.com):", "build.example.com"),
            ("Enter the SSH server port (for example, 22):", "2222"),
            ("Enter the SSH user (for example, root):", "ci"),
            ("Enter the SSH password (for example, docker.io):", ""),
            ("Enter the path to the SSH identity file (for example, /home/user/.ssh/id_rsa):", "/home/ci/.ssh/id"),
        ],
        ["parallels"] =
        [
            ("Enter the Parallels VM (for example, my-vm):", "vm"),
            ("Enter the SSH server address (for example, my.server.com):", "vm.example.com"),
            ("Enter the SSH server port (for example, 22):", ""),
        ],
        ["virtualbox"] =
        [
            ("Enter the VirtualBox VM (for example, my-vm):", "vm"),
            ("Enter the SSH user (for example, root):", "ci"),
            ("Enter the SSH password (for example, docker.io):", ""),
            ("Enter the path to the SSH identity file (for example, /home/user/.ssh/id_rsa):", ""),
        ],
        ["kubernetes"] = [],
        ["custom"] = [],
        ["instance"] = [],
    };

    private readonly ScratchFolder _scratch = new();

    [Fact(Timeout = Limit)]
    public async Task Every_executor_is_asked_about_in_the_official_words()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        foreach (var (executor, questions) in Questions)
        {
            var config = Path.Combine(_scratch.Path, executor, "config.toml");
            var token = await server.CreateRunnerAsync(("description", executor), ("run_untagged", "true"));
            await using var terminal = PseudoTerminal.Start(GantryBinary.Path, "register", "--config", config);
            await terminal.SeeAsync("Enter the GitLab instance URL (for example, https://gitlab.com/):");
            await terminal.TypeAsync(server.Address.ToString());
            await terminal.SeeAsync("Enter the registration token:");
            await terminal.TypeAsync(token);
            await terminal.SeeAsync("Verifying runner... is valid");
            await terminal.SeeAsync("Enter a name for the runner. This is stored only in the local config.toml file:");
            await terminal.SeeAsync("]: ");
            await terminal.TypeAsync("by hand");
            await terminal.SeeAsync("Enter an executor: ");
            await terminal.SeeAsync("shell");
            await terminal.SeeAsync(":");
            Assert.Equal(Questions.Keys.Order(StringComparer.Ordinal), Names(terminal.Screen));
            await terminal.TypeAsync(executor);
            await AnswerAsync(terminal, questions);

            await terminal.SeeAsync("Runner registered successfully. Feel free to start it, but if it's running already the config should be automatically reloaded!");
            await terminal.SeeAsync($"Configuration (with the authentication token) was saved in \"{config}\"");
            Assert.Equal(0, await terminal.EndAsync());
            var text = await File.ReadAllTextAsync(config, TestContext.Current.CancellationToken);
            Assert.Contains("name = \"by hand\"", text, StringComparison.Ordinal);
            Assert.Contains($"executor = \"{executor}\"", text, StringComparison.Ordinal);
            Assert.All(
                questions.Where(question => question.Answer.Length > 0),
                question => Assert.Contains($" = \"{question.Answer}\"", text, StringComparison.Ordinal));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(config));
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Ctrl_C_in_the_middle_removes_what_was_made_on_the_server_and_writes_nothing()
    {
        await using var server = await GantryServer.StartAsync(_scratch);
        var config = Path.Combine(_scratch.Path, "interrupted", "config.toml");
        var token = await server.CreateRunnerAsync(("description", "x"), ("run_untagged", "true"));
        await using var terminal = PseudoTerminal.Start(GantryBinary.Path, "register", "--config", config);
        await terminal.SeeAsync("Enter the GitLab instance URL");
        await terminal.TypeAsync(server.Address.ToString());
        await terminal.SeeAsync("Enter the registration token:");
        await terminal.TypeAsync(token);
        await terminal.SeeAsync("Enter a name for the runner.");
        await terminal.SeeAsync("]: ");
        await terminal.TypeAsync("\u0003");

        Assert.NotEqual(0, await terminal.EndAsync());
        Assert.Contains("Unregistering runner manager from GitLab succeeded", terminal.Screen, StringComparison.Ordinal);
        Assert.Contains("RECEIVED SIGNAL: interrupt", terminal.Screen, StringComparison.Ordinal);
        Assert.False(File.Exists(config));
    }

    public void Dispose() => _scratch.Dispose();

    private static async Task AnswerAsync(PseudoTerminal terminal, (string Question, string Answer)[] questions)
    {
        foreach (var (question, answer) in questions)
        {
            await terminal.SeeAsync(question);
            await terminal.TypeAsync(answer);
        }
    }

    private static string[] Names(string screen)
    {
        const string Prompt = "Enter an executor: ";
        var line = screen[(screen.LastIndexOf(Prompt, StringComparison.Ordinal) + Prompt.Length)..];
        return line[..line.IndexOf(':', StringComparison.Ordinal)].Split(", ");
    }
}
