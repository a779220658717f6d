using Gantry.Engine.Executors;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;

namespace Gantry.Executors.Tests.Docker;

/// <summary>Two real registries, one of them with a password.</summary>
public sealed class Registries : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    internal TestRegistry Open { get; private set; } = null!;

    internal TestRegistry Closed { get; private set; } = null!;

    /// <summary>An image of this class alone: no other test meets the names that come and go here.</summary>
    internal string Local { get; } = $"gantry-test-pull-{Guid.NewGuid():n}:1";

    /// <summary>An image that the engine must pull.</summary>
    internal string OpenImage { get; private set; } = "";

    internal string ClosedImage { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var token = TestContext.Current.CancellationToken;
        await TestRegistry.DockerAsync(token, "create", "--name", Local[..^2], LiveEngine.Busybox, "sh");
        await TestRegistry.DockerAsync(token, "commit", "--change", $"LABEL gantry.test={Local}", Local[..^2], Local);
        await TestRegistry.DockerAsync(token, "rm", Local[..^2]);
        Open = await TestRegistry.StartAsync(Path.Combine(_folder.Path, "open"), withPassword: false, token);
        Closed = await TestRegistry.StartAsync(Path.Combine(_folder.Path, "closed"), withPassword: true, token);
        OpenImage = await Open.PushAsync(Local, "group/tool:1", token);
        ClosedImage = await Closed.PushAsync(Local, "group/secret:1", token);
    }

    public async ValueTask DisposeAsync()
    {
        await TestRegistry.DockerAsync(CancellationToken.None, "rmi", Local);
        await Open.DisposeAsync();
        await Closed.DisposeAsync();
        _folder.Dispose();
    }
}

[Trait("Needs", "DockerEngine")]
public sealed class DockerPullTests(LiveEngine live, Registries registries) : IClassFixture<LiveEngine>, IClassFixture<Registries>
{
    [Fact(Timeout = 90_000)]
    public async Task An_image_is_pulled_and_the_log_says_what_was_done()
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench(registries.OpenImage, "always");
        await PrepareAsync(bench, token);
        var lines = bench.Log.Lines;
        Assert.Contains($"Using effective pull policy of [always] for container {registries.OpenImage}", lines);
        Assert.Contains($"Pulling docker image {registries.OpenImage} ...", lines);
        Assert.Contains(lines, line => line.StartsWith("Using docker image sha256:", StringComparison.Ordinal)
            && line.Contains($" for {registries.OpenImage} with digest 127.0.0.1:", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("Authenticating", StringComparison.Ordinal));
    }

    [Fact(Timeout = 90_000)]
    public async Task If_not_present_asks_no_registry_when_the_image_is_there()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        var image = registries.Open.Address + "/never/pushed:1";
        await TestRegistry.DockerAsync(token, "tag", registries.Local, image);
        using var bench = Bench(image, "if-not-present");
        await PrepareAsync(bench, token);
        Assert.Contains("Using locally found image version due to \"if-not-present\" pull policy", bench.Log.Lines);
        Assert.DoesNotContain(bench.Log.Lines, line => line.StartsWith("Pulling", StringComparison.Ordinal));
    }

    [Fact(Timeout = 90_000)]
    public async Task A_list_of_policies_falls_back_to_the_local_image_when_the_registry_has_none()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        var image = registries.Open.Address + "/also/not/pushed:1";
        await TestRegistry.DockerAsync(token, "tag", registries.Local, image);
        using var bench = Bench(image, "always", "if-not-present");
        await PrepareAsync(bench, token);
        Assert.Contains(bench.Log.Lines, line => line.StartsWith("WARNING: Failed to pull image with policy \"always\": manifest for ", StringComparison.Ordinal));
        Assert.Contains("Attempt #2: Trying \"if-not-present\" pull policy", bench.Log.Lines);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_home_made_image_under_always_fails_with_the_line_that_helps_and_works_with_it()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        var image = registries.Open.Address + "/home/made:latest";
        await TestRegistry.DockerAsync(token, "tag", registries.Local, image);
        using var bench = Bench(image);
        var failed = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(token));
        Assert.Equal(FailureReason.RunnerConfigurationError, failed.Reason);
        foreach (var part in (string[])[$"failed to pull image \"{image}\" with specified policies [always]: manifest", "- always: manifest", "(no credentials for this registry were found)",
            "by default (there is no `pull_policy` in [runners.docker] of config.toml)", $"The image \"{image}\" exists on this engine", "    pull_policy = [\"if-not-present\"]"])
        {
            Assert.Contains(part, failed.Message, StringComparison.Ordinal);
        }

        using var cured = Bench(image, "if-not-present");
        await PrepareAsync(cured, token);
    }

    [Theory(Timeout = 90_000)]
    [InlineData("variable", "$DOCKER_AUTH_CONFIG")]
    [InlineData("runner", "$DOCKER_AUTH_CONFIG")]
    [InlineData("home", "{home}/.docker/config.json")]
    [InlineData("job", "job payload (GitLab Registry)")]
    public async Task A_login_is_taken_from_where_it_is(string where, string source)
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench(registries.ClosedImage, "always");
        Login(bench, where, TestRegistry.Password);
        await PrepareAsync(bench, token);
        Assert.Contains("Authenticating with credentials from " + source.Replace("{home}", bench.Folder, StringComparison.Ordinal), bench.Log.Lines);
    }

    [Fact(Timeout = 90_000)]
    public async Task The_first_source_that_knows_a_registry_wins_and_a_wrong_password_is_told_without_showing_it()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = Bench(registries.ClosedImage, "always");
        Login(bench, "variable", "a-wrong-password");
        Login(bench, "home", TestRegistry.Password);
        var failed = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(token));
        Assert.Contains("(with credentials from $DOCKER_AUTH_CONFIG)", failed.Message, StringComparison.Ordinal);
        Assert.Contains("DOCKER_AUTH_CONFIG", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-wrong-password", failed.Message + bench.Log.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 90_000)]
    public async Task Without_a_login_the_failure_says_how_to_give_one()
    {
        var token = TestContext.Current.CancellationToken;
        await live.NeededAsync(token);
        using var bench = Bench(registries.ClosedImage.Replace("secret", "hidden", StringComparison.Ordinal), "always");
        var failed = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(token));
        Assert.Equal(FailureReason.RunnerConfigurationError, failed.Reason);
        Assert.Contains("no basic auth credentials", failed.Message, StringComparison.Ordinal);
        Assert.Contains("If it exists, give a login: a CI/CD variable DOCKER_AUTH_CONFIG", failed.Message, StringComparison.Ordinal);
        Assert.Contains("set by Runner config (`pull_policy` in [runners.docker] of config.toml)", failed.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 90_000)]
    public async Task A_job_may_choose_among_the_allowed_policies()
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench(registries.OpenImage, "never");
        bench.Settings = bench.Settings with { AllowedPullPolicies = ["always", "never"] };
        bench.Payload = bench.Payload with { Image = bench.Payload.Image! with { PullPolicy = ["always"] } };
        await PrepareAsync(bench, token);
        Assert.Contains($"Pulling docker image {registries.OpenImage} ...", bench.Log.Lines);
    }

    [Fact(Timeout = 90_000)]
    public async Task Services_are_pulled_with_the_same_logins()
    {
        var token = TestContext.Current.CancellationToken;
        using var bench = Bench(LiveEngine.Busybox, "if-not-present").Service(registries.ClosedImage, "db");
        Login(bench, "job", TestRegistry.Password);
        await PrepareAsync(bench, token);
        Assert.Contains("Authenticating with credentials from job payload (GitLab Registry)", bench.Log.Lines);
    }

    private static void Login(DockerBench bench, string where, string password)
    {
        var registry = bench.Payload.Services.Concat([bench.Payload.Image!]).Select(image => image.Name.Split('/')[0]).First(name => name.Contains(':', StringComparison.Ordinal));
        var login = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{TestRegistry.User}:{password}"));
        var config = $"{{\"auths\":{{\"{registry}\":{{\"auth\":\"{login}\"}}}}}}";
        switch (where)
        {
            case "variable":
                bench.With("DOCKER_AUTH_CONFIG", config, isPublic: false);
                break;
            case "runner":
                bench.Runner = bench.Runner with { Environment = [$"DOCKER_AUTH_CONFIG={config}"] };
                break;
            case "home":
                Directory.CreateDirectory(Path.Combine(bench.Folder, ".docker"));
                File.WriteAllText(Path.Combine(bench.Folder, ".docker", "config.json"), config);
                break;
            default:
                bench.Payload = bench.Payload with { Credentials = [new JobCredential { Type = "registry", Url = registry, Username = TestRegistry.User, Password = password }] };
                break;
        }
    }

    private static DockerBench Bench(string image, params string[] policies)
    {
        var bench = new DockerBench().Image(image);
        bench.Settings = bench.Settings with { PullPolicy = policies };
        return bench;
    }

    /// <summary>Prepares, and takes the image's name off the engine again.</summary>
    private async Task PrepareAsync(DockerBench bench, CancellationToken token)
    {
        var engine = await live.NeededAsync(token);
        await using (var place = await bench.PrepareAsync(token))
        {
            Assert.Equal(0, (await place.RunAsync(DockerBench.Build("true"), bench.Log, token)).Code);
        }

        await bench.ForgetVolumesAsync(engine, token);
        foreach (var name in bench.Payload.Services.Concat([bench.Payload.Image!]).Select(image => image.Name).Where(name => name.StartsWith("127.0.0.1", StringComparison.Ordinal)))
        {
            await TestRegistry.DockerAsync(token, "rmi", name);
        }
    }
}
