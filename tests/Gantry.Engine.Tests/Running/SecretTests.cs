using System.Text.Json;
using Gantry.Engine.Links;
using Gantry.Engine.Running;

namespace Gantry.Engine.Tests.Running;

/// <summary>What becomes of a job's <c>secrets</c>.</summary>
public sealed class SecretTests
{
    [Fact]
    public async Task Secrets_become_masked_variables_and_files_unless_told_otherwise()
    {
        using var bench = Bench(request => new Secret($"value-of-{request.Name} $CI_PROJECT_PATH"), """{"vault":{"path":"$WHERE"}}""", """{"vault":{},"file":false}""")
            .With("WHERE", "prod").On("step_script", "print it is value-of-SECRET_0 $CI_PROJECT_PATH");
        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());

        Assert.Contains("Resolving secrets\nResolving secret \"SECRET_0\"...\nUsing \"vault\" secret resolver...\n", bench.Log, StringComparison.Ordinal);
        Assert.Contains("it is [MASKED]", bench.Log, StringComparison.Ordinal);
        var script = bench.Executor.Scripts.Single(s => s.Stage == "step_script").Text;
        // Raw: what looks like a variable in a secret stays.
        Assert.Contains("value-of-SECRET_1 $CI_PROJECT_PATH", script.Replace("\\", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(".tmp/SECRET_0", script, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp/SECRET_1", script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definitions_are_expanded_with_the_variables_of_the_job()
    {
        string? seen = null;
        using var bench = Bench(
            request =>
            {
                seen = request.Definition.GetProperty("vault").GetProperty("path").GetString();
                Assert.Equal("42-7-gitlab.example.com", request.SessionName);
                return new Secret("x");
            },
            """{"vault":{"path":"team/$WHERE"}}""").With("WHERE", "prod").With("CI_SERVER_HOST", "gitlab.example.com");
        await bench.RunAsync();
        Assert.Equal("team/prod", seen);
    }

    [Theory]
    [InlineData(false, "runner_configuration_error")]
    [InlineData(true, "runner_external_dependency_failure")]
    public async Task A_store_that_refuses_fails_the_job_before_anything_runs(bool outage, string reason)
    {
        using var bench = Bench(_ => throw new SecretException("secret \"SECRET_0\": no", outage), """{"vault":{}}""");
        bench.Payload = bench.Payload with { Features = bench.Payload.Features with { FailureReasons = ["runner_configuration_error", "runner_external_dependency_failure"] } };
        Assert.IsType<JobVerdict.Failed>(await bench.RunAsync());
        Assert.Equal(reason, bench.Final.FailureReason?.Wire);
        Assert.Empty(bench.Executor.Scripts);
        Assert.Contains("secret \"SECRET_0\": no", bench.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempts_are_counted_by_the_variable()
    {
        var calls = 0;
        using var bench = Bench(_ => ++calls < 3 ? throw new SecretException("down", isOutage: true) : new Secret("x"), """{"vault":{}}""")
            .With("SECRETS_RETRIEVAL_ATTEMPTS", "3");
        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task A_missing_secret_fails_the_job_or_is_empty()
    {
        using var strict = Bench(_ => default, """{"vault":{}}""");
        Assert.Contains("secret not found: SECRET_0", Assert.IsType<JobVerdict.Failed>(await strict.RunAsync()).Message, StringComparison.Ordinal);
        using var lenient = Bench(_ => default, """{"vault":{}}""").With("FF_SECRET_RESOLVING_FAILS_IF_MISSING", "false");
        Assert.IsType<JobVerdict.Succeeded>(await lenient.RunAsync());
    }

    [Fact]
    public async Task A_store_nobody_knows_is_a_warning()
    {
        using var bench = Bench(_ => new Secret("x"), """{"other_store":{}}""");
        Assert.IsType<JobVerdict.Succeeded>(await bench.RunAsync());
        Assert.Contains("WARNING: Not resolved: no resolver that can handle the secret", bench.Log, StringComparison.Ordinal);
    }

    private static JobRunBench Bench(Func<SecretRequest, Secret> fetch, params string[] definitions)
    {
        var bench = new JobRunBench { Secrets = new Store(fetch) };
        bench.Payload = bench.Payload with
        {
            Secrets = definitions.Select((text, index) => (Key: $"SECRET_{index}", Value: JsonDocument.Parse(text).RootElement)).ToDictionary(p => p.Key, p => p.Value),
        };
        return bench;
    }

    private sealed class Store(Func<SecretRequest, Secret> fetch) : ISecretResolver
    {
        public string? StoreOf(JsonElement definition) => definition.TryGetProperty("vault", out _) ? "vault" : null;

        public Task<Secret> FetchAsync(SecretRequest request, CancellationToken cancellationToken) => Task.FromResult(fetch(request));
    }
}
