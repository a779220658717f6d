using System.Text.Json;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;
using Gantry.Engine.Sources;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Engine;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Sources;

/// <summary>git-urls.json and the rules of git-stage.json that are decided before a shell runs.</summary>
public sealed class GitTables
{
    [Fact]
    [Tables("git-urls", "clean", "host")]
    public void Addresses_for_display() => Cases.Run(11, (input, expected) =>
    {
        var url = input.Text("url");
        var actual = input.Text("kind") == "clean" ? UrlParts.Clean(url) : UrlParts.TryParse(url, out var parts) ? parts.Origin : "";
        Assert.Equal(expected.GetString(), actual);
    });

    [Fact]
    [Tables("git-urls", "remote")]
    public void Remotes() => Cases.Run(7, (input, expected) =>
        Assert.Equal(expected.GetString(), GitRemote.RemoteUrl(Request(input))));

    [Fact]
    [Tables("git-urls", "instead-of")]
    public void Rewrites() => Cases.Run(13, (input, expected) =>
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
    [Tables("git-urls", "ssh-host")]
    public void Ssh_hosts() => Cases.Run(2, (input, expected) =>
        Assert.Equal(expected.GetString(), Request(input).Server.SshName));

    [Fact]
    [Tables("git-urls", "build-remote")]
    public void Remotes_of_jobs() => Cases.Run(3, (input, expected) =>
    {
        var payload = Samples.Payload(Samples.Public("CI_PROJECT_PATH", input.Text("project_path")));
        payload = payload with { Token = input.Text("token"), GitInfo = payload.GitInfo with { RepoUrl = input.Text("repo_url") } };
        var runner = Samples.Runner() with { CloneUrl = input.Text("clone_url"), FeatureFlags = Flags(input) };
        Assert.Equal(expected.GetString(), GitRemote.Of(Samples.Plan(Samples.Request(payload, runner))).Url);
    });

    [Fact]
    [Tables("git-urls", "build-instead-of")]
    public void Rewrites_of_jobs() => Cases.Run(4, (input, expected) =>
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
    [Tables("git-stage", "url-without-credentials")]
    public void Stored_addresses() => Cases.Run(4, (input, expected) =>
        Assert.Equal(expected.GetString(), Remote(input.Text("url")).Plain));

    [Fact]
    [Tables("git-stage", "clear-credentials")]
    public void Origins_whose_credentials_are_dropped() => Cases.Run(6, (input, expected) =>
        Assert.Equal(expected.GetString(), Remote(input.Text("url")).RejectOrigin));

    [Fact]
    [Tables("git-stage", "shell-proactive-auth")]
    public void Arguments_of_every_git_call() => Cases.Run(4, (input, expected) =>
    {
        var payload = Samples.Payload(Samples.Public("FF_USE_GIT_PROACTIVE_AUTH", input.Flag("FF_USE_GIT_PROACTIVE_AUTH") ? "true" : "false"));
        payload = payload with { GitInfo = payload.GitInfo with { RepoUrl = input.Text("url") } };
        var words = new SourceContext(Samples.Plan(Samples.Request(payload)), null).GitWithAuth(userAgent: false);
        Assert.Equal(expected.Texts("args"), words.Skip(1).Select(word => word.Text));
    });

    [Fact]
    [Tables("git-stage", "fetch-args", "clone-args")]
    public void Arguments_of_fetch_and_clone() => Cases.Run(7, (input, expected) =>
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
    [Tables("git-stage", "external-config")]
    public void Parts_of_the_external_configuration() => Cases.Run(6, (input, expected) =>
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
    [Tables("git-stage", "has-submodules")]
    public void Submodule_strategies() => Cases.Run(4, (input, expected) =>
    {
        var plan = Samples.Plan(Samples.Request(Samples.Payload(Samples.Public("GIT_SUBMODULE_STRATEGY", input.Text("strategy")))));
        Assert.Equal(expected.GetBoolean(), new SourceContext(plan, null).HasSubmodules);
    });

    [Fact]
    [Tables("git-stage", "user-agent", "proactive-auth")]
    public void Settings_that_git_gets_as_arguments() => Cases.Run(5, (input, expected) =>
    {
        var agent = input.Text("user_agent");
        var words = agent.Split(' ', '/');
        var runner = words.Length < 4 ? Samples.Runner() : Samples.Runner() with { Version = new ProductVersion(words[0], words[1], "abc", words[2], words[3]) };
        var payload = Samples.Payload(Samples.Public("FF_USE_GIT_PROACTIVE_AUTH", input.Flag("proactive_auth") ? "true" : "false"));
        var url = input.Text("remote_host").Length > 0 ? input.Text("remote_host") + "/group/project.git" : "/srv/project.git";
        payload = payload with { GitInfo = payload.GitInfo with { RepoUrl = url } };
        var context = new SourceContext(Samples.Plan(Samples.Request(payload, runner)), null);
        Assert.Equal(expected.EnumerateArray().Select(word => word.GetString()), context.GitWithAuth(userAgent: agent.Length > 0).Skip(1).Select(word => word.Text));
    });

    [Fact]
    [Tables("git-stage", "submodule-paths", "remote-flag")]
    public void Arguments_of_submodule_calls() => Cases.Run(6, (input, expected) =>
    {
        if (input.Text("rule") == "has-remote-flag")
        {
            Assert.Equal(expected.GetBoolean(), SubmoduleScript.FollowsBranches(input.Texts("flags")));
            return;
        }

        var plan = Samples.Plan(Samples.Request(Samples.Payload(Samples.Public("GIT_SUBMODULE_PATHS", string.Join(' ', input.Texts("paths"))))));
        Assert.Equal(
            expected.EnumerateArray().Select(word => word.GetString()), new SubmoduleScript(new SourceContext(plan, null)).Paths.Select(word => word.Text));
    });

    [Fact]
    [Tables("git-stage", "dedupe-instead-of")]
    public void Rewrites_stand_once() => Cases.Run(3, (input, expected) =>
        Assert.Equal(Pairs(expected), GitRemote.Once(Pairs(input.GetProperty("pairs")))));

    [Fact(Timeout = 60_000)]
    [Tables("git-stage", "config-seed", "strategy")]
    public async Task Jobs_that_fetch_nothing_have_their_folder_and_gits_configuration()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            using var home = new TempFolder();
            var strategy = one.Input.Has("strategy") ? one.Input.Text("strategy") : "none";
            var payload = Samples.Payload(Samples.Public("GIT_STRATEGY", strategy), Samples.Public("FF_GIT_URLS_WITHOUT_TOKENS", "true"));
            var defaults = Samples.Defaults() with { BuildsFolder = Path.Combine(home.Path, "builds"), CacheFolder = home.Path };
            var git = new SourceContext(Samples.Plan(Samples.Request(payload, defaults: defaults)), null);
            var files = one.Input.Texts("files").Select(file => file.Replace("{HOME}", home.Path, StringComparison.Ordinal));
            foreach (var file in one.Input.Flag("directory_has_file") ? files.Append(Path.Combine(git.Project, "file")) : files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, "");
            }

            var script = new ScriptBuilder();
            GetSourcesScript.Write(script, git);
            var text = ShellList.Find("bash")!.Render(script.Statements, new ShellOptions { TemporaryFolder = git.Plan.Folders.Temporary });
            var (code, said) = await ShellHost.RunAsync(
                "bash", one.Table == "config-seed" && !one.Input.Flag("home_set") ? "unset HOME\n" + text : text, home.Path, TestContext.Current.CancellationToken);

            Assert.True(code == 0, said);
            Check(one, git, home.Path);
        }

        Assert.Equal(6, cases.Count);
    }

    private static void Check(TableCase one, SourceContext git, string home)
    {
        if (one.Table == "strategy")
        {
            Assert.Equal(one.Expected.Flag("directory_exists"), Directory.Exists(git.Project));
            Assert.Equal(one.Expected.Flag("file_exists"), File.Exists(Path.Combine(git.Project, "file")));
            return;
        }

        var includes = File.ReadLines(git.SeedConfig).Select(line => line.Split("path = ")).Where(parts => parts.Length == 2).Select(parts => parts[1]);
        Assert.Equal(
            one.Expected.Texts("includes").Select(path => path.Replace("{HOME}", home, StringComparison.Ordinal)
                .Replace("{external}", git.ExternalConfig, StringComparison.Ordinal)),
            includes);
    }

    private static IEnumerable<UrlRewrite> Pairs(JsonElement pairs) => pairs.EnumerateArray().Select(pair => new UrlRewrite(pair[0].GetString()!, pair[1].GetString()!));

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
