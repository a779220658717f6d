using System.Globalization;
using System.Text.Json.Nodes;
using Gantry.Engine;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Executors.Images;
using Gantry.Executors.Kubernetes.Api;
using Gantry.Executors.Kubernetes.Pods;
using Gantry.Executors.Kubernetes.Settings;
using Gantry.Executors.Registries;
using Gantry.Protocol;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Kubernetes.Running;

/// <summary>Makes the place of one job, in the order of official-executors §14.2 and §14.7 as far as it can be seen.</summary>
internal sealed class Preparation(EnvironmentRequest request, KubernetesSettings settings, KubernetesSurroundings surroundings)
{
    private static readonly TimeSpan AvailabilityPause = TimeSpan.FromSeconds(5);

    private const string DebugServices = "CI_DEBUG_SERVICES";

    public required IJobLog Log { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILogger Logger { get; init; }

    /// <summary>Of the runner's own account.</summary>
    public required Func<ClusterClient> Cluster { get; init; }

    /// <summary>Of another one, for this job alone.</summary>
    public required Func<Secret, ClusterClient> ClusterAs { get; init; }

    /// <summary>What has been made so far; null: nothing.</summary>
    public PodPlace? Place { get; private set; }

    /// <summary>A client that goes with the job; null: the runner's own is used.</summary>
    public ClusterClient? OwnClient { get; private set; }

    private JobPlan Plan => request.Plan;

    /// <exception cref="EnvironmentException">See <see cref="IExecutor.PrepareAsync"/>.</exception>
    /// <exception cref="ClusterException">The cluster refused or is gone.</exception>
    public async Task<IJobEnvironment> RunAsync(CancellationToken cancellationToken)
    {
        var overwrites = Overwrites.Of(settings, Plan.Variables, Log.Line);
        WarnOfHelper();
        OwnClient = overwrites.BearerToken.Length > 0 ? ClusterAs(new Secret(overwrites.BearerToken)) : null;
        Place = new PodPlace(OwnClient ?? Cluster(), Namespace(overwrites), settings);
        Log.Line($"Using Kubernetes namespace: {Place.Namespace}");
        var image = Image();
        Log.Line($"Using Kubernetes executor with image {image} ...");
        if (Plan.Flags["FF_USE_POD_ACTIVE_DEADLINE_SECONDS"])
        {
            Log.Line($"Using FF_USE_POD_ACTIVE_DEADLINE_SECONDS, the Pod activeDeadlineSeconds will be set to the job timeout: {GoDuration.Format(Plan.Timeout)}...");
        }

        var services = PodService.Collect(settings, Plan, Say);
        await MakeNamespaceAsync(cancellationToken);
        var recipe = new PodRecipe
        {
            Plan = Plan,
            Settings = settings,
            Overwrites = overwrites,
            Name = "",
            Image = image,
            Services = services,
            Labels = PodLabels.Labels(Plan, surroundings, overwrites.PodLabels, key => Logging.Ignored(Logger, Plan.Payload.Id, key)),
            Policies = new Dictionary<string, string>(),
            Warn = Log.Warning,
        };
        return await EnterAsync(await StartAsync(recipe, cancellationToken), services, cancellationToken);
    }

    /// <summary>The pod that an earlier process made, if its script can be gone on with. What is lost is still to be removed.</summary>
    /// <exception cref="ClusterException">It cannot be looked for.</exception>
    public async Task<Reopening> ReopenAsync(string space, string pod, CancellationToken cancellationToken)
    {
        var overwrites = Overwrites.Of(settings, Plan.Variables, Log.Line);
        OwnClient = overwrites.BearerToken.Length > 0 ? ClusterAs(new Secret(overwrites.BearerToken)) : null;
        Place = new PodPlace(OwnClient ?? Cluster(), space, settings);
        if (settings.NamespacePerJob)
        {
            JobNamespace.Found(Place, surroundings, Plan.Payload.Id);
        }

        Place.Found(pod);
        if (ScriptNotes.Read(request.JobFolder) is not { } script)
        {
            return new Reopening.Lost("");
        }

        try
        {
            if (PodEnd.Of(await Place.StateAsync(cancellationToken)) is { } end)
            {
                return new Reopening.Lost($"and its place has ended since: {end.Text}");
            }
        }
        catch (ClusterException e) when (e.IsNotFound)
        {
            return new Reopening.Lost($"and its pod \"{space}/{pod}\" is gone");
        }

        var scripts = Scripts();
        scripts.GoOnWith(script);
        var services = new PodServices(Place, PodService.Collect(settings, Plan, Say), Log, Time);
        return new Reopening.Running(await EnvironmentAsync(scripts, services, new PodEvents(Place, Log), cancellationToken), script.Position.Log);
    }

    private async Task<IJobEnvironment> EnterAsync(PodEvents events, IReadOnlyList<PodService> services, CancellationToken cancellationToken)
    {
        if (Plan.Flags["FF_PRINT_POD_EVENTS"])
        {
            await events.ListAsync(cancellationToken);
        }

        var scripts = Scripts();
        var beside = new PodServices(Place!, services, Log, Time);
        var environment = await EnvironmentAsync(scripts, beside, events, cancellationToken);
        await beside.WaitAsync(scripts, cancellationToken);
        if (Plan.Variables.IsTrue(DebugServices))
        {
            beside.Follow();
        }

        return environment;
    }

    private PodScripts Scripts() => new(Place!, Plan, request.JobFolder, Time, Logger);

    private async Task<IJobEnvironment> EnvironmentAsync(PodScripts scripts, PodServices beside, PodEvents events, CancellationToken cancellationToken)
    {
        var hasTar = await scripts.AskAsync(["sh", "-c", "command -v tar"], cancellationToken) is { Length: > 0 };
        if (!hasTar)
        {
            Log.Warning("there is no tar in the image of the job: sources are fetched by git of the image, caches and artifacts are not supported");
        }

        var environment = new KubernetesEnvironment(Place!, Plan, scripts, beside, events)
        {
            Logger = Logger,
            Time = Time,
            OwnClient = OwnClient,
        };
        return hasTar ? new ReachablePod(environment, surroundings.StateFolder, request.JobFolder, Time) : environment;
    }

    /// <summary>Another policy for an image that does not come means another pod.</summary>
    private async Task<PodEvents> StartAsync(PodRecipe recipe, CancellationToken cancellationToken)
    {
        var policies = recipe.Services.ToDictionary(service => service.Container, service => ImagePullPolicies.For(service.Container, service.PullPolicy, settings));
        policies[PodRecipe.BuildContainer] = ImagePullPolicies.For(PodRecipe.BuildContainer, Plan.Payload.Image?.PullPolicy ?? [], settings);
        var tried = policies.Keys.ToDictionary(container => container, _ => 0);
        foreach (var (container, list) in policies.Where(pair => pair.Value is not [""]))
        {
            Log.Line($"Using effective pull policy of [{string.Join(", ", list)}] for container {container}");
        }

        while (true)
        {
            var (events, failure) = await TryAsync(
                recipe with { Policies = policies.ToDictionary(pair => pair.Key, pair => pair.Value[tried[pair.Key]]) }, cancellationToken);
            if (failure is null)
            {
                return events;
            }

            var container = policies.ContainsKey(failure.Container) ? failure.Container : PodRecipe.BuildContainer;
            var list = policies[container];
            Log.Warning($"Failed to pull image \"{failure.Image}\" for container \"{container}\" with policy \"{list[tried[container]]}\": {failure.Message}");
            if (++tried[container] >= list.Count)
            {
                await events.WarnAsync(Log, cancellationToken);
                throw new EnvironmentException(failure.Reason, $"image pull failed: {failure.Message}", retriable: false, failure);
            }

            Log.Info(string.Create(CultureInfo.InvariantCulture,
                $"Attempt #{tried[container] + 1}: Trying \"{list[tried[container]]}\" pull policy for \"{failure.Image}\" image for container \"{container}\""));
            await Place!.RemovePodAsync(cancellationToken);
        }
    }

    private async Task<(PodEvents Events, ImagePullException? Failure)> TryAsync(PodRecipe draft, CancellationToken cancellationToken)
    {
        var place = Place!;
        var recipe = draft with { Name = PodLabels.NewName(Plan.UniqueName) };
        var secret = await MakeSecretAsync(recipe, cancellationToken);
        recipe = secret is null ? recipe : recipe with { PullSecrets = [secret.Text("metadata", "name")] };
        var pod = recipe.Make();
        await AreThereAsync(pod, cancellationToken);
        var state = await place.CreateAsync(pod, cancellationToken);
        if (secret is not null)
        {
            var path = place.PathOf("secrets", secret.Text("metadata", "name"));
            await place.Cluster.PutAsync(path, PullSecret.OwnedBy(secret, state), cancellationToken);
            place.GivenAway(path);
        }

        await ProtectAsync(recipe, state, cancellationToken);
        var events = new PodEvents(place, Log);
        try
        {
            await new PodStart(place, events, Log, Time).WaitAsync(cancellationToken);
            return (events, null);
        }
        catch (ImagePullException e)
        {
            return (events, e);
        }
    }

    /// <summary>With an account of the job's own there is a token that reached nobody's log; the secret goes with the pod.</summary>
    private async Task<JsonObject?> MakeSecretAsync(PodRecipe recipe, CancellationToken cancellationToken)
    {
        if (settings.UseServiceAccountImagePullSecrets)
        {
            return null;
        }

        IReadOnlyList<RegistryLogin> logins;
        try
        {
            logins = await new RegistryLogins(new CredentialPrograms(), surroundings.HomeFolder, new LoginNotes(Log, Logger))
                .AllAsync(Plan.Variables.Content("DOCKER_AUTH_CONFIG"), Plan.Payload.Credentials, cancellationToken);
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured(e.Message);
        }

        if (PullSecret.Make(recipe.Name, logins, recipe.Labels) is not { } secret)
        {
            return null;
        }

        Place!.Made("secret", Place.PathOf("secrets", recipe.Name));
        try
        {
            await Place.Cluster.PostAsync(Place.PathOf("secrets"), secret, cancellationToken);
        }
        catch (ClusterException e) when (e.IsConflict)
        {
            // The answer to the try before was lost.
        }
        catch (ClusterException e) when (e.IsForbidden)
        {
            throw EnvironmentException.Misconfigured($"the logins for registries cannot be kept in the cluster: {e.Message}. The runner's account needs create, update and delete of secrets");
        }

        return secret;
    }

    private async Task ProtectAsync(PodRecipe recipe, PodState pod, CancellationToken cancellationToken)
    {
        if (!settings.PodDisruptionBudget)
        {
            return;
        }

        var budget = new JsonObject
        {
            ["apiVersion"] = "policy/v1",
            ["kind"] = "PodDisruptionBudget",
            ["metadata"] = new JsonObject { ["name"] = recipe.Name + "-pdb", ["labels"] = recipe.Labels.ToJson() },
            ["spec"] = new JsonObject
            {
                ["minAvailable"] = 1,
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["job.runner.gitlab.com/pod"] = recipe.Labels["job.runner.gitlab.com/pod"] } },
            },
        };
        try
        {
            await Place!.Cluster.PostAsync(Place.PathOf("poddisruptionbudgets"), PullSecret.OwnedBy(budget, pod), cancellationToken);
        }
        catch (ClusterException e) when (e.IsConflict)
        {
            // The answer to the try before was lost: its name has the pod's in it.
        }
    }

    /// <summary>Other tools may make them a moment later than the job comes.</summary>
    private async Task AreThereAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        var attempts = settings.ResourceAvailabilityCheckMaxAttempts < 0 ? 5 : settings.ResourceAvailabilityCheckMaxAttempts;
        var account = pod.Text("spec", "serviceAccountName");
        IEnumerable<(string Kind, string Collection, string Name)> things =
        [
            .. account.Length > 0 ? [("ServiceAccount", "serviceaccounts", account)] : Array.Empty<(string, string, string)>(),
            .. settings.UseServiceAccountImagePullSecrets ? [] : settings.ImagePullSecrets.Select(name => ("ImagePullSecret", "secrets", name)),
        ];
        foreach (var (kind, collection, name) in attempts > 0 ? things : [])
        {
            for (var attempt = 0; !await IsThereAsync(Place!.PathOf(collection, name), cancellationToken); attempt++)
            {
                if (attempt >= attempts)
                {
                    throw EnvironmentException.Broken($"Timed out while waiting for {kind}/{name} to be present in the cluster");
                }

                Log.Line($"Waiting for {kind}/{name} to be present in the cluster");
                await Task.Delay(AvailabilityPause, Time, cancellationToken);
            }
        }
    }

    private async Task<bool> IsThereAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await Place!.Cluster.GetAsync(path, cancellationToken);
            return true;
        }
        catch (ClusterException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    private string Namespace(Overwrites overwrites)
    {
        if (settings.NamespacePerJob)
        {
            return JobNamespace.NameOf(Plan.Payload.Id);
        }

        if (overwrites.Namespace.Length > 0)
        {
            return overwrites.Namespace;
        }

        Log.Warning("Namespace is empty, therefore assuming 'default'.");
        return settings.EffectiveNamespace;
    }

    private async Task MakeNamespaceAsync(CancellationToken cancellationToken)
    {
        if (settings.NamespacePerJob)
        {
            await JobNamespace.MakeAsync(Place!, surroundings, Plan.Payload.Id, cancellationToken);
        }
    }

    private string Image()
    {
        var own = Plan.Variables.ExpandValue(settings.Image);
        var name = Plan.Image is { Length: > 0 } wanted ? wanted : own;
        if (name.Length == 0)
        {
            throw EnvironmentException.Misconfigured("no image specified and no default set in config (set `image:` in the job, or `image` in [runners.kubernetes])");
        }

        if (AllowedImages.IsAllowed(name, settings.AllowedImages, [own]))
        {
            return name;
        }

        foreach (var line in AllowedImages.Refusal("images", name, settings.AllowedImages))
        {
            Say(line);
        }

        throw new EnvironmentException(FailureReason.RunnerSystemFailure, "disallowed image", retriable: false);
    }

    private void Say(string line)
    {
        if (line.StartsWith("The \"", StringComparison.Ordinal))
        {
            Log.Error(line);
        }
        else
        {
            Log.Line(line);
        }
    }

    private void WarnOfHelper()
    {
        var names = Plan.Variables.Distinct().All.Select(variable => variable.Key)
            .Where(key => key.StartsWith("KUBERNETES_HELPER_", StringComparison.Ordinal) && (key.EndsWith("_LIMIT", StringComparison.Ordinal) || key.EndsWith("_REQUEST", StringComparison.Ordinal))).ToList();
        if (names.Count > 0)
        {
            Log.Warning($"{string.Join(", ", names)} of the job: there is no helper container here, so nothing is limited by it");
        }
    }
}

internal static partial class Logging
{
    [LoggerMessage(LogLevel.Debug, "job {job}: the label {key} belongs to GitLab and is not set")]
    public static partial void Ignored(ILogger logger, long job, string key);
}
