using Gantry.Executors.Registries;
using Gantry.TestKit.Engine;

namespace Gantry.Executors.Tests.Docker.Auth;

/// <summary>Real programs with the docker client's protocol.</summary>
public sealed class CredentialProgramTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_store_and_a_program_for_one_registry_are_asked_for_logins()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        await ProgramAsync(folder, "store", "[ \"$1\" = list ] && echo '{\"https://index.docker.io/v1/\":\"anna\",\"reg.example.com\":\"anna\"}' "
            + "|| { read -r server; printf '{\"ServerURL\":\"%s\",\"Username\":\"anna\",\"Secret\":\"of %s\"}' \"$server\" \"$server\"; }", token);
        await ProgramAsync(folder, "one", "printf '{\"Username\":\"<token>\",\"Secret\":\"an identity\"}'", token);
        var notes = new Notes();
        var logins = new RegistryLogins(new CredentialPrograms(folder.Path), null, notes);
        const string Config = "{\"credsStore\":\"store\",\"credHelpers\":{\"reg.example.com\":\"one\"}}";

        var hub = await logins.FindAsync("library/tool:1", Config, [], token);
        Assert.Equal(("anna", "of https://index.docker.io/v1/"), (hub!.User, hub.Password.Reveal()));
        var own = await logins.FindAsync("reg.example.com/group/tool:1", Config, [], token);
        Assert.Equal(("", "an identity"), (own!.User, own.Password.Reveal()));
        Assert.Null(await logins.FindAsync("elsewhere.example.com/tool", Config, [], token));
        Assert.Empty(notes.Warnings);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_program_that_fails_or_is_missing_is_named_and_its_source_left_out()
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        await ProgramAsync(folder, "broken", "echo a-secret >&2; exit 3", token);
        var notes = new Notes();
        var logins = new RegistryLogins(new CredentialPrograms(folder.Path), null, notes);
        Assert.Null(await logins.FindAsync("reg.example.com/tool", "{\"credHelpers\":{\"reg.example.com\":\"broken\"}}", [], token));
        Assert.Null(await logins.FindAsync("reg.example.com/tool", "{\"credsStore\":\"missing\"}", [], token));
        Assert.Contains("docker-credential-broken get: exit status 3", notes.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("docker-credential-missing", notes.Warnings[1], StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", string.Concat(notes.Warnings), StringComparison.Ordinal);
    }

    private static async Task ProgramAsync(TempFolder folder, string name, string text, CancellationToken token)
    {
        var path = Path.Combine(folder.Path, "docker-credential-" + name);
        await File.WriteAllTextAsync(path, "#!/bin/sh\n" + text + "\n", token);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private sealed class Notes : ILoginNotes
    {
        public List<string> Warnings { get; } = [];

        public void Debug(string text)
        {
        }

        public void Warning(string text) => Warnings.Add(text);
    }
}
