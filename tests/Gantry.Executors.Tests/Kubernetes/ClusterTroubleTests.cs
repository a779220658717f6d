using System.Text.Json.Nodes;
using Gantry.Engine.Executors;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Clocks;
using Gantry.TestKit.Kubernetes;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Executors.Tests.Kubernetes;

/// <summary>Clusters that do not do what a job needs, and what the user is told. No container runs.</summary>
public sealed class ClusterTroubleTests
{
    private const int Limit = 30_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task An_image_that_does_not_come_is_tried_with_each_policy_and_explained()
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Cluster.IsMissing = (_, _) => true;
        bench.Settings = bench.Settings with { PullPolicy = ["always", "if-not-present"] };

        var failed = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));

        Assert.Equal((FailureReason.RunnerConfigurationError, false), (failed.Reason, failed.Retriable));
        Assert.Equal("image pull failed: failed to pull and unpack image: gantry-test/busybox:latest: not found", failed.Message);
        Assert.Contains("Using effective pull policy of [Always, IfNotPresent] for container build", bench.Log.Lines);
        Assert.Contains("WARNING: Failed to pull image \"gantry-test/busybox:latest\" for container \"build\" with policy \"Always\": failed to pull and unpack image: gantry-test/busybox:latest: not found", bench.Log.Lines);
        Assert.Contains("Attempt #2: Trying \"IfNotPresent\" pull policy for \"gantry-test/busybox:latest\" image for container \"build\"", bench.Log.Lines);
        Assert.Equal(["Always", "IfNotPresent"], bench.Cluster.Calls.Where(call => call.Method == "POST").Select(call => call.Body!["spec"]!["containers"]![0]!["imagePullPolicy"]!.ToString()));
        Assert.Empty(bench.Cluster.Things);
    }

    [Fact(Timeout = Limit)]
    public async Task A_pod_that_finds_no_node_is_waited_for_and_says_why()
    {
        var clock = new FakeTimeProvider();
        await using var bench = await KubernetesBench.StartAsync();
        bench.Time = clock;
        bench.Settings = bench.Settings with { PollTimeout = 5 };
        bench.Cluster.StatusOf = pod =>
        {
            bench.Cluster.AddEvent(pod["metadata"]!["name"]!.ToString(), "Warning", "FailedScheduling", "0/3 nodes are available");
            return Pending("Unschedulable", "0/3 nodes are available: 3 Insufficient cpu.");
        };

        var failed = await Assert.ThrowsAsync<EnvironmentException>(() => clock.PumpAsync(bench.PrepareAsync(Token), TimeSpan.FromMilliseconds(200)));

        Assert.Equal("waiting for pod running: timed out waiting for pod to start (last phase: Pending). Unschedulable: \"0/3 nodes are available: 3 Insufficient cpu.\"", failed.Message);
        Assert.Contains("\tUnschedulable: \"0/3 nodes are available: 3 Insufficient cpu.\"", bench.Log.Lines);
        Assert.Contains("WARNING: Event retrieved from the cluster: Warning FailedScheduling: 0/3 nodes are available", bench.Log.Lines);
        Assert.Empty(bench.Cluster.Things);
    }

    [Fact(Timeout = Limit)]
    public async Task Calls_that_fail_for_a_moment_are_tried_again_and_a_refusal_is_told_in_the_clusters_words()
    {
        var clock = new FakeTimeProvider();
        await using var bench = await KubernetesBench.StartAsync();
        bench.Time = clock;
        bench.Cluster.Refuse(call => call.Method == "POST", 503, "etcdserver: request timed out", times: 2);
        bench.Cluster.Refuse(call => call.Method == "POST", 403, "pods is forbidden: User \"runner\" cannot create resource \"pods\"");

        var failed = await Assert.ThrowsAsync<EnvironmentException>(() => clock.PumpAsync(bench.PrepareAsync(Token), TimeSpan.FromMilliseconds(100)));

        Assert.Equal((FailureReason.RunnerConfigurationError, false), (failed.Reason, failed.Retriable));
        Assert.Equal("the cluster refuses: pods is forbidden: User \"runner\" cannot create resource \"pods\"", failed.Message);
        Assert.Equal(3, bench.Cluster.Calls.Count(call => call.Method == "POST"));
    }

    [Fact(Timeout = Limit)]
    public async Task Logins_for_registries_go_to_a_secret_that_goes_with_the_pod()
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Cluster.IsMissing = (_, _) => true;
        bench.Jobs.With("DOCKER_AUTH_CONFIG", """{"auths":{"registry.example.com":{"auth":"bWU6cGFzcw=="}}}""");

        await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));

        var created = bench.Cluster.Calls.First(call => call.Method == "POST" && call.Path.EndsWith("/secrets", StringComparison.Ordinal)).Body!;
        Assert.Equal("kubernetes.io/dockercfg", created["type"]!.ToString());
        Assert.Equal(
            """{"registry.example.com":{"username":"me","password":"pass","auth":"bWU6cGFzcw=="}}""",
            System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(created["data"]![".dockercfg"]!.ToString())));
        var name = created["metadata"]!["name"]!.ToString();
        Assert.Equal(name, bench.Cluster.CreatedPod["spec"]!["imagePullSecrets"]![0]!["name"]!.ToString());
        var owned = bench.Cluster.Calls.First(call => call.Method == "PUT").Body!;
        Assert.Equal("Pod", owned["metadata"]!["ownerReferences"]![0]!["kind"]!.ToString());
        Assert.Empty(bench.Cluster.Things);
    }

    [Fact(Timeout = Limit)]
    public async Task A_job_may_change_what_the_operator_allows_and_nothing_else()
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Cluster.IsMissing = (_, _) => true;
        bench.Settings = bench.Settings with
        {
            NamespaceOverwriteAllowed = "^team-.*",
            BearerTokenOverwriteAllowed = true,
            ServiceAccount = "runner",
            Resources = new Dictionary<string, string> { ["cpu_limit"] = "1", ["cpu_limit_overwrite_max_allowed"] = "2" },
        };
        bench.Jobs.With("KUBERNETES_NAMESPACE_OVERWRITE", "team-a").With("KUBERNETES_BEARER_TOKEN", "job-token").With("KUBERNETES_CPU_LIMIT", "1500m")
            .With("KUBERNETES_SERVICE_ACCOUNT_OVERWRITE", "admin").With("KUBERNETES_HELPER_CPU_LIMIT", "1");

        await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));

        var call = bench.Cluster.Calls.First(one => one.Method == "POST");
        Assert.Equal(("/api/v1/namespaces/team-a/pods", "job-token"), (call.Path, call.Token));
        Assert.Equal("runner", call.Body!["spec"]!["serviceAccountName"]!.ToString());
        Assert.Equal("1500m", call.Body["spec"]!["containers"]![0]!["resources"]!["limits"]!["cpu"]!.ToString());
        Assert.Contains("\"Namespace\" overwritten with \"team-a\"", bench.Log.Lines);
        Assert.Contains("\"BearerToken\" overwritten with \"XXXXXXXX...\"", bench.Log.Lines);
        Assert.Contains("WARNING: KUBERNETES_HELPER_CPU_LIMIT of the job: there is no helper container here, so nothing is limited by it", bench.Log.Lines);

        bench.Jobs.With("KUBERNETES_CPU_LIMIT", "3");
        var refused = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));
        Assert.Equal("couldn't prepare overwrites: the resource \"CPULimit\" requested \"3\" is higher than limit allowed \"2\"", refused.Message);
        Assert.False(refused.Retriable);
    }

    [Fact(Timeout = Limit)]
    public async Task A_namespace_of_the_job_is_made_and_goes_with_it()
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Cluster.IsMissing = (_, _) => true;
        bench.Settings = bench.Settings with { NamespacePerJob = true, ServiceAccount = "late", ResourceAvailabilityCheckMaxAttempts = 1 };
        bench.Cluster.Put($"/api/v1/namespaces/ci-job-{bench.Jobs.Payload.Id}/serviceaccounts/late", new JsonObject { ["metadata"] = new JsonObject() });

        await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));

        Assert.Equal($"POST /api/v1/namespaces", bench.Cluster.Calls[0].ToString());
        Assert.EndsWith($"DELETE /api/v1/namespaces/ci-job-{bench.Jobs.Payload.Id}", bench.Cluster.Calls[^1].ToString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_namespace_that_is_there_already_is_somebody_elses_and_stays()
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Settings = bench.Settings with { NamespacePerJob = true };
        var path = $"/api/v1/namespaces/ci-job-{bench.Jobs.Payload.Id}";
        bench.Cluster.Put(path, Namespace($"ci-job-{bench.Jobs.Payload.Id}", "another", "1"));

        var taken = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));

        Assert.StartsWith($"namespace \"ci-job-{bench.Jobs.Payload.Id}\" is there already, and is not this job's", taken.Message, StringComparison.Ordinal);
        Assert.Equal([path], bench.Cluster.Things);
    }

    [Fact(Timeout = Limit)]
    public async Task A_namespace_that_is_not_known_to_be_the_jobs_own_stays()
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Settings = bench.Settings with { NamespacePerJob = true };
        var path = $"/api/v1/namespaces/ci-job-{bench.Jobs.Payload.Id}";
        bench.Cluster.Put(path, Namespace($"ci-job-{bench.Jobs.Payload.Id}", "another", "1"));
        bench.Cluster.Put("/api/v1/namespaces/team", Namespace("team", "another", "1"));
        bench.Cluster.Refuse(call => call.Method == "GET" && call.Path == path, 403, "namespaces is forbidden");

        await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));
        // Of a process that had other settings.
        var executor = bench.OfProcess("second");
        var handle = new EnvironmentHandle("kubernetes", new Dictionary<string, string> { ["namespace"] = "team", ["pod"] = "one" });
        Assert.IsType<Reopening.Lost>(await executor.ReopenAsync(bench.Jobs.Request(executor.Traits), handle, Token));

        Assert.Equal([path, "/api/v1/namespaces/team"], bench.Cluster.Things);
        Assert.Equal("DELETE /api/v1/namespaces/team/pods/one", bench.Cluster.Calls[^1].ToString());
    }

    [Theory(Timeout = Limit)]
    [InlineData("owner", false)]
    [InlineData("another", true)]
    public async Task A_namespace_whose_making_nobody_answered_is_removed_when_it_is_the_jobs_own(string owner, bool stays)
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Settings = bench.Settings with { NamespacePerJob = true };
        var name = $"ci-job-{bench.Jobs.Payload.Id}";
        bench.Cluster.Put($"/api/v1/namespaces/{name}", Namespace(name, owner, $"{bench.Jobs.Payload.Id}"));
        bench.Cluster.Refuse(call => call.ToString() == "POST /api/v1/namespaces", 500, "the answer was lost");

        await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));
        Assert.Equal(stays ? 1 : 0, bench.Cluster.Things.Count);

        // Another process of the runner knows no more of it.
        bench.Cluster.Put($"/api/v1/namespaces/{name}", Namespace(name, owner, $"{bench.Jobs.Payload.Id}"));
        var executor = bench.OfProcess("second");
        var handle = new EnvironmentHandle("kubernetes", new Dictionary<string, string> { ["namespace"] = name, ["pod"] = "one" });
        Assert.IsType<Reopening.Lost>(await executor.ReopenAsync(bench.Jobs.Request(executor.Traits), handle, Token));
        Assert.Equal(stays ? 1 : 0, bench.Cluster.Things.Count);
    }

    [Fact(Timeout = Limit)]
    public async Task Namespaces_of_a_killed_runner_are_removed_but_those_of_jobs_that_go_on()
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Settings = bench.Settings with { NamespacePerJob = true };
        bench.Cluster.Put("/api/v1/namespaces/ci-job-1", Namespace("ci-job-1", "owner", "1"));
        bench.Cluster.Put("/api/v1/namespaces/ci-job-2", Namespace("ci-job-2", "owner", "2"));

        Assert.Equal(1, await bench.OfProcess("second").SweepAsync(new HashSet<long> { 2 }, Token));

        Assert.Equal(["/api/v1/namespaces/ci-job-2"], bench.Cluster.Things);
    }

    [Fact(Timeout = Limit)]
    public async Task Who_has_no_cluster_is_told_where_it_was_looked_for()
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Settings = bench.Settings with { Host = "" };

        var missing = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));
        Assert.Equal(
            $"there is no cluster: `host` is not set in [runners.kubernetes], the runner does not run in a pod with a service account, and {Path.Combine(bench.Jobs.Folder, ".kube", "config")} does not exist",
            missing.Message);
        Assert.Equal(FailureReason.RunnerConfigurationError, missing.Reason);

        Directory.CreateDirectory(Path.Combine(bench.Jobs.Folder, ".kube"));
        await File.WriteAllTextAsync(Path.Combine(bench.Jobs.Folder, ".kube", "config"), $$"""
            apiVersion: v1
            current-context: here
            clusters:
            - name: fake
              cluster: { server: "{{bench.Cluster.Url}}", insecure-skip-tls-verify: true }
            contexts:
            - { name: here, context: { cluster: fake, user: me } }
            users:
            - name: me
              user:
                token: "{{FakeCluster.Token}}"
            """, Token);
        bench.Settings = bench.Settings with { BearerToken = default };
        Assert.Equal($"{new Uri(bench.Cluster.Url).Authority} answers: Kubernetes v1.34.0-fake, namespace ci", await bench.OfProcess("first").ProbeAsync(Token));

        bench.Settings = bench.Settings with { Context = "there" };
        var unknown = await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));
        Assert.EndsWith("has no context \"there\"; it has: here", unknown.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Limit)]
    public async Task A_pod_is_protected_and_removed_as_the_operator_says()
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Cluster.IsMissing = (_, _) => true;
        bench.Settings = bench.Settings with { PodDisruptionBudget = true, CleanupGracePeriodSeconds = 4 };

        await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token));

        var name = bench.Cluster.CreatedPod["metadata"]!["name"]!.ToString();
        var budget = bench.Cluster.Calls.Single(call => call.Path == "/apis/policy/v1/namespaces/ci/poddisruptionbudgets").Body!;
        Assert.Equal((name + "-pdb", "1"), (budget["metadata"]!["name"]!.ToString(), budget["spec"]!["minAvailable"]!.ToString()));
        var removed = bench.Cluster.Calls.Single(call => call.Method == "DELETE");
        Assert.Equal($"/api/v1/namespaces/ci/pods/{name}", removed.Path);
        Assert.Equal("""{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background","gracePeriodSeconds":4}""", removed.Body!.ToJsonString());
    }

    [Fact(Timeout = Limit)]
    public async Task Images_services_and_users_that_are_not_on_the_lists_are_told_from_those_that_are()
    {
        await using var bench = await KubernetesBench.StartAsync();
        bench.Settings = bench.Settings with { AllowedImages = ["debian:*"] };
        Assert.Equal("disallowed image", (await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token))).Message);
        Assert.Contains("ERROR: The \"gantry-test/busybox:latest\" image is not present on list of allowed images:", bench.Log.Lines);
        Assert.Contains("- debian:*", bench.Log.Lines);

        bench.Settings = bench.Settings with { AllowedImages = [], AllowedServices = ["redis:*"] };
        bench.Jobs.Payload = bench.Jobs.Payload with { Services = [new JobImage { Name = "mysql:8" }] };
        Assert.Equal("disallowed image", (await Assert.ThrowsAsync<EnvironmentException>(() => bench.PrepareAsync(Token))).Message);
        Assert.Contains("ERROR: The \"mysql:8\" image is not present on list of allowed services:", bench.Log.Lines);
        Assert.Empty(bench.Cluster.Calls);
    }

    private static JsonObject Namespace(string name, string owner, string job) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["uid"] = "uid-of-" + name,
            ["labels"] = new JsonObject { ["io.gantry.owner"] = owner, ["io.gantry.process"] = "first", ["io.gantry.job"] = job },
        },
    };

    private static JsonObject Pending(string reason, string message) => new()
    {
        ["phase"] = "Pending",
        ["conditions"] = new JsonArray(new JsonObject { ["type"] = "PodScheduled", ["status"] = "False", ["reason"] = reason, ["message"] = message }),
    };
}
