using System.Text.Json;
using Gantry.Executors.Registries;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Docker;

/// <summary>docker-auth.json.</summary>
public sealed class AuthTables
{
    [Fact(Timeout = 30_000)]
    [Tables("docker-auth")]
    [Trait("Trap", "28")]
    public async Task Registry_logins_are_found_as_by_the_official_runner()
    {
        var token = TestContext.Current.CancellationToken;
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            switch (one.Operation)
            {
                case "registry-path":
                    Assert.True(one.Expected.GetString() == RegistryPath.OfLogin(one.InputText("text")!), one.Name);
                    break;
                case "image-path":
                    Assert.True(one.Expected.GetString() == RegistryPath.OfImage(one.InputText("text")!), $"{one.Name}: {RegistryPath.OfImage(one.InputText("text")!)}");
                    break;
                default:
                    await FindAsync(one, token);
                    break;
            }
        }

        Assert.Equal(42, cases.Count);
    }

    private static async Task FindAsync(DockerCase one, CancellationToken token)
    {
        var home = Directory.CreateTempSubdirectory("gantry-auth-").FullName;
        try
        {
            WriteHome(one, home);
            var notes = new Notes();
            var withHome = !one.Input.TryGetProperty("home", out var has) || has.GetBoolean();
            var logins = new RegistryLogins(new Programs(one), withHome ? home : null, notes);
            var variable = one.Input.TryGetProperty("docker_auth_config", out var config) && config.ValueKind == JsonValueKind.Object ? config.GetRawText() : null;
            IReadOnlyList<JobCredential> job = one.Input.TryGetProperty("job_credentials", out var list)
                ? [.. list.EnumerateArray().Select(c => new JobCredential
                {
                    Type = DockerCase.Text(c, "type")!, Url = DockerCase.Text(c, "url")!,
                    Username = DockerCase.Text(c, "username")!, Password = DockerCase.Text(c, "password")!,
                })]
                : [];

            if (one.ExpectedText("error_kind") == "path-traversal")
            {
                var error = await Assert.ThrowsAsync<FormatException>(() => logins.FindAsync(one.InputText("image")!, variable, job, token));
                Assert.Contains("path traversal is not allowed", error.Message, StringComparison.Ordinal);
            }
            else if (one.Operation == "resolve")
            {
                Compare(one, one.Expected, await logins.FindAsync(one.InputText("image")!, variable, job, token), home);
            }
            else
            {
                var all = await logins.AllAsync(variable, job, token);
                if (one.Expected.TryGetProperty("entries", out var entries))
                {
                    Assert.Equal(entries.GetArrayLength(), all.Count);
                    Assert.All(entries.EnumerateArray().Zip(all), pair => Compare(one, pair.First, pair.Second, home));
                }
            }

            if (one.Expects("logs"))
            {
                Assert.Equal(one.ExpectedList("logs").Select(line => line.Replace("{home}", home, StringComparison.Ordinal)),
                    notes.Debugs.Where(line => !line.StartsWith("no home", StringComparison.Ordinal)));
            }

            Assert.All(one.ExpectedList("warnings_contain"), part => Assert.Contains(part, Assert.Single(notes.Warnings), StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    private static void Compare(DockerCase one, JsonElement expected, RegistryLogin? actual, string home)
    {
        if (expected.TryGetProperty("found", out var found) && !found.GetBoolean())
        {
            Assert.True(actual is null, one.Name);
            return;
        }

        Assert.True(actual is not null, one.Name);
        Check("path", actual.Path);
        Check("source", actual.Source);
        Check("username", actual.User);
        Check("password", actual.Password.Reveal());
        Check("server_address", actual.ServerAddress);

        void Check(string name, string value) => Assert.True(
            DockerCase.Text(expected, name) is not { } text || text.Replace("{home}", home, StringComparison.Ordinal) == value, $"{one.Name}: {name} is {value}");
    }

    private static void WriteHome(DockerCase one, string home)
    {
        if (!one.Input.TryGetProperty("home_file", out var file) || file.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var path = Path.Combine(home, one.InputText("file") ?? ".dockercfg");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, file.GetRawText());
    }

    private sealed class Programs(DockerCase one) : ICredentialPrograms
    {
        public Task<string> AskAsync(string name, string verb, string input, CancellationToken cancellationToken) =>
            one.Input.TryGetProperty("credential_helper", out var all) && all.TryGetProperty("docker-credential-" + name, out var program)
                ? Task.FromResult(program.GetProperty(verb).GetRawText())
                : Task.FromException<string>(new IOException($"docker-credential-{name}: executable file not found in $PATH"));
    }

    private sealed class Notes : ILoginNotes
    {
        public List<string> Debugs { get; } = [];

        public List<string> Warnings { get; } = [];

        public void Debug(string text) => Debugs.Add(text);

        public void Warning(string text) => Warnings.Add(text);
    }
}
