using System.Text.Json;
using Gantry.Engine.Plans;
using Gantry.Engine.Stages;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Json;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Plans;

/// <summary>The rules of job-payload.json that belong to plans, and the cache keys in use of cache-keys.json.</summary>
public sealed class PayloadTables
{
    private static readonly JobFolders Folders = new("/some", "/some/build/dir", "/some/cache/dir");

    [Fact]
    [Tables("job-payload", "cache-policy")]
    public void Cache_policies() => Cases.Run(7, (input, expected) =>
    {
        var entry = Entry(new JobCache { Key = "key", Paths = ["x"], Policy = input.Text("policy") });
        Assert.Equal(expected.Flag("error"), entry.Policy == CachePolicy.Unknown);
        Assert.Equal(expected.Flag("allowed"), input.Text("ask") == "pull"
            ? entry.Policy is CachePolicy.Pull or CachePolicy.PullPush
            : entry.Policy is CachePolicy.Push or CachePolicy.PullPush);
    });

    [Fact]
    [Tables("job-payload", "cache-when")]
    public void When_caches_are_saved() => Cases.Run(4, (input, expected) =>
    {
        var payload = Samples.Payload() with { Cache = [new JobCache { Key = "key", Paths = ["x"], When = input.Text("when") }] };
        var stages = Samples.Plan(Samples.Request(payload)).Stages.OfType<PlannedStage.ArchiveCache>();
        Assert.Equal(expected.Flag("allowed"), stages.Any(stage => stage.JobFailed != input.Flag("job_success")));
    });

    [Fact]
    [Tables("job-payload", "executor-opts")]
    public void Executor_options() => Cases.Run(9, (input, expected) =>
    {
        var image = JsonSerializer.Deserialize($"{{\"image\":{input.GetProperty("document").GetRawText()}}}", ProtocolJson.Default.JobPayload)!;
        var found = PayloadRules.UnsupportedOptions(image);
        Assert.Equal(expected.Has("unsupported_contains"), found.Count > 0);
        Assert.All(expected.Texts("unsupported_contains"), text => Assert.Contains(text, string.Join('\n', found), StringComparison.Ordinal));
    });

    [Fact]
    [Tables("job-payload", "steps")]
    public void Run_becomes_a_step() => Cases.Run(6, (input, expected) =>
    {
        if (input.Flag("executor_supports_native_steps"))
        {
            // No executor of ours advertises native steps.
            return;
        }

        var payload = JsonSerializer.Deserialize(input.GetProperty("document").GetRawText(), ProtocolJson.Default.JobPayload)!;
        var (applied, problem) = PayloadRules.ApplyRun(payload);
        Assert.Equal(expected.Flag("error"), problem is not null);
        if (problem is null)
        {
            var wanted = JsonSerializer.Deserialize(expected.GetProperty("document").GetRawText(), ProtocolJson.Default.JobPayload)!;
            Assert.Equal(
                JsonSerializer.Serialize(wanted, ProtocolJson.Default.JobPayload), JsonSerializer.Serialize(applied, ProtocolJson.Default.JobPayload));
        }
    });

    [Fact]
    [Tables("job-payload", "document")]
    public void Documents_are_read_whole() => Cases.Run(2, (input, expected) =>
    {
        var payload = JsonSerializer.Deserialize(input.GetProperty("document").GetRawText(), ProtocolJson.Default.JobPayload)!;
        using var read = JsonDocument.Parse(JsonSerializer.Serialize(payload, ProtocolJson.Default.JobPayload));
        foreach (var field in expected.GetProperty("fields").EnumerateObject())
        {
            Assert.True(JsonElement.DeepEquals(field.Value, At(read.RootElement, field.Name)), field.Name);
        }
    });

    [Fact]
    [Tables("job-payload", "features")]
    public void Features_have_the_official_names() => Cases.Run(2, (input, expected) =>
    {
        var text = $"{{{string.Join(',', input.Texts("enabled").Select(name => $"\"{name}\":true"))}}}";
        var features = JsonSerializer.Deserialize(text, ProtocolJson.Default.RunnerFeatures)!;
        using var written = JsonDocument.Parse(JsonSerializer.Serialize(features, ProtocolJson.Default.RunnerFeatures));
        Assert.Equal(
            expected.GetProperty("json").EnumerateObject().Select(p => (p.Name, p.Value.GetBoolean())),
            written.RootElement.EnumerateObject().Select(p => (p.Name, p.Value.GetBoolean())));
    });

    [Fact]
    [Tables("job-payload", "protected")]
    public void Protected_jobs() => Cases.Run(5, (input, expected) =>
    {
        var payload = Samples.Payload([.. Samples.Variables(input).All]);
        payload = payload with { GitInfo = payload.GitInfo with { Protected = input.Has("protected") ? input.Flag("protected") : null } };
        Assert.Equal(expected.Flag("protected"), Samples.Plan(Samples.Request(payload)).IsProtected);
    });

    [Fact]
    [Tables("job-payload", "policy")]
    public void Jobs_of_policies() => Cases.Run(5, (input, expected) =>
    {
        var payload = JsonSerializer.Deserialize(
            $"{{\"policy_options\":{input.GetProperty("policy_options").GetRawText()}}}", ProtocolJson.Default.JobPayload)!;
        Assert.Equal(
            expected.Texts("log_contains").Select(text => text.Replace("\\\"", "\"", StringComparison.Ordinal)), PolicyLines.Of(payload.PolicyOptions));
    });

    [Fact]
    [Tables("cache-keys", "extract-default", "extract-fallback")]
    public void Cache_keys_to_restore() => Cases.Run(30, (input, expected) =>
    {
        var entry = Entry(
            new JobCache { Key = input.Text("key"), Paths = ["x"], FallbackKeys = input.Texts("fallback_keys") }, input);
        Assert.Equal(expected.Texts("keys").Order(StringComparer.Ordinal), entry.Candidates.Select(c => c.HumanKey).Order(StringComparer.Ordinal));
        Assert.Equal(expected.Texts("warnings"), entry.Warnings.Concat(entry.FallbackWarnings));
        Assert.Equal(expected.Texts("notices").Count, entry.LostKeys);
    });

    [Fact]
    [Tables("cache-keys", "archive")]
    public void Cache_keys_to_save() => Cases.Run(7, (input, expected) =>
    {
        var entry = Entry(new JobCache { Key = input.Text("key"), Paths = ["x"] }, input);
        Assert.Equal(expected.Flag("skipped"), entry.Own is null);
        Assert.Equal(expected.Text("human_key"), entry.Own?.HumanKey ?? "");
        Assert.Equal(expected.Texts("warnings"), entry.Warnings);
    });

    [Fact]
    [Tables("cache-keys", "config")]
    [Trait("Trap", "23")]
    public void Cache_archives() => Cases.Run(8, (input, expected) =>
    {
        if (!expected.Has("unix"))
        {
            return;
        }

        var entry = Entry(new JobCache { Key = input.Text("key"), Paths = ["x"] }, input);
        var (own, wanted) = (entry.Own!, expected.GetProperty("unix"));
        Assert.Equal(
            (wanted.Text("human_key"), wanted.Text("key"), wanted.Text("alternate_key"), wanted.Text("archive_file"), wanted.Text("alternate_file")),
            (own.HumanKey, own.Key, own.AlternateKey, own.File, own.AlternateFile));
        Assert.Equal(expected.Texts("warnings"), entry.Warnings);
    });

    [Fact]
    [Tables("cache-keys", "policy")]
    public void Cache_policies_with_variables() => Cases.Run(5, (input, expected) =>
    {
        var entry = Entry(new JobCache { Key = input.Text("key"), Paths = ["x"], Policy = input.Text("policy") }, input);
        var problem = RestoreCacheStage.CachePolicyProblem([entry]) as Composition.Impossible;
        Assert.Equal(expected.Text("error_contains"), problem?.Message ?? "");
    });

    /// <summary>Walks <c>services.0.name</c>; <c>length</c> of a list is its count.</summary>
    private static JsonElement At(JsonElement root, string path)
    {
        foreach (var part in path.Split('.'))
        {
            root = root.ValueKind != JsonValueKind.Array ? root.GetProperty(part)
                : part == "length" ? JsonDocument.Parse(root.GetArrayLength().ToString(System.Globalization.CultureInfo.InvariantCulture)).RootElement
                : root[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)];
        }

        return root;
    }

    private static PlannedCache Entry(JobCache cache, JsonElement? input = null)
    {
        List<JobVariable> variables = input is { } given ? [.. Samples.Variables(given).All] : [];
        if (input?.Text("fallback_variable") is { Length: > 0 } fallback)
        {
            variables.Add(Samples.Public("CACHE_FALLBACK_KEY", fallback));
        }

        var payload = new JobPayload
        {
            Cache = [cache],
            JobInfo = new JobIdentity { Name = input?.Text("job_name") ?? "job" },
            GitInfo = new GitReference { Ref = input?.Text("ref") ?? "ref" },
        };
        var flags = new FeatureFlags(new Dictionary<string, bool> { [KnownFlags.HashCacheKeys] = input?.Flag("hash_keys") ?? false });
        return CachePlanner.Entries(payload, flags, Folders, new JobVariables(variables)).Single();
    }
}
