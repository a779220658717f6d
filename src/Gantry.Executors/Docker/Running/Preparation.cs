using System.Security.Cryptography;
using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Engine.Traces;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Guests;
using Gantry.Executors.Docker.Images;
using Gantry.Executors.Docker.Keeping;
using Gantry.Executors.Docker.Services;
using Gantry.Executors.Docker.Settings;
using Gantry.Executors.Docker.Volumes;
using Gantry.Executors.Docker.Workspaces;
using Gantry.Executors.Images;
using Gantry.Executors.Registries;
using Gantry.Protocol;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Docker.Running;

/// <summary>Makes the place of one job, in the order of official-executors §2.2 as far as it can be seen.</summary>
internal sealed class Preparation(
    EnvironmentRequest request, DockerSettings settings, DockerSurroundings surroundings, EngineClient engine, Belongings belongings)
{
    public required IJobLog Log { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILogger Logger { get; init; }
    public required SharedTreeSwitch Sharing { get; init; }

    /// <inheritdoc cref="BuildRecipe.Serves"/>
    public bool Serves { get; init; }

    private JobPlan Plan => request.Plan;

    /// <exception cref="EnvironmentException">See <see cref="IExecutor.PrepareAsync"/>.</exception>
    /// <exception cref="EngineException">The engine refused or is gone.</exception>
    public async Task<DockerEnvironment> RunAsync(CancellationToken cancellationToken)
    {
        Check(() => HostRules.Log(settings.LogOptions));
        var facts = await FactsAsync(cancellationToken);
        var guest = Guest.Of(settings);
        guest.Check(facts.OSType, Plan.Shell);
        DockerFolders.AreShared(Plan.Folders.Builds, settings.Volumes, guest.Volumes);

        var job = await JobAsync(facts, $"{Plan.UniqueName}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}", cancellationToken);
        var wish = Wish();
        Log.Line($"Using Docker executor with image {wish.Name} ...");
        if (settings.VolumeKeep)
        {
            Log.Warning("volume_keep is enabled: Docker volumes will not be removed after job completion and may accumulate on disk");
        }

        if (guest.KeepsFilesInContainer && settings.HelperImage.Length > 0)
        {
            Log.Warning("helper_image is not used by docker-windows: hooks run in the job's own container");
        }

        if (EngineRules.MacAddressWarning(settings.MacAddress, job.Version) is { } warning)
        {
            Log.Warning(warning);
        }

        var network = await new BuildNetwork(job).MakeAsync(cancellationToken);
        var volumes = Volumes(job);
        if (guest.KeepsFilesInContainer && volumes.Inside(Plan.Folders.Project).ToList() is { Count: > 0 } inside)
        {
            Log.Warning($"{string.Join(", ", inside)}: mounted inside the checkout, where docker-windows can neither put sources, caches and artifacts nor take them from");
        }

        var images = new ImageSource(job, new RegistryLogins(new CredentialPrograms(), surroundings.HomeFolder, new LoginNotes(Log, Logger)));
        var host = new HostSpecs
        {
            Settings = settings,
            Volumes = volumes,
            NetworkMode = network,
            UseInit = Plan.Flags["FF_USE_INIT_WITH_DOCKER_EXECUTOR"],
        };
        var (services, image) = await StartAsync(job, images, host, wish, cancellationToken);
        if (!EngineRules.IsUserDefined(network))
        {
            host = host with { ServiceHosts = [.. services.SelectMany(service => service.Hosts)] };
        }

        var build = new BuildContainer(job, new BuildRecipe(job, image, Options(), host) { ImageName = wish.Name, Serves = Serves });
        return new DockerEnvironment(job, build, Files(job, build, volumes, new SharedTrees(job, volumes, SharingOf(facts))), new EnvironmentHandle("docker", new Dictionary<string, string> { ["name"] = job.Name }), Logger)
        {
            StateFolder = surroundings.StateFolder,
            ServiceLogs = Plan.Settings.DebugServices ? new ServiceLogs(job, services) : null,
            Helper = settings.HelperImage.Length == 0 || guest.KeepsFilesInContainer ? null : new HelperContainer(job, images, host) { Official = OfficialHelper(facts) },
            Watch = new ServiceWatch(job, services),
        };
    }

    /// <summary>Services and the job's image at the same time; the log tells of one after the other.</summary>
    private async Task<(IReadOnlyList<RunningService> Services, ImageDetails Image)> StartAsync(
        DockerJob job, ImageSource images, HostSpecs host, ImageWish wish, CancellationToken cancellationToken)
    {
        var later = new DelayedLog(Log);
        var image = images.GetAsync(wish, later, cancellationToken);
        try
        {
            var services = await new ServiceStarter(job, images, host).StartAsync(cancellationToken);
            await new ServiceReadiness(job).WaitAsync(services, cancellationToken);
            later.Open();
            return (services, await image);
        }
        finally
        {
            await ((Task)image).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public IJobFiles Files(DockerJob job, BuildContainer build, JobVolumes volumes, SharedTrees shared) => job.Guest.KeepsFilesInContainer
        ? new LayerFiles(job, build, volumes, request.JobFolder)
        : new ContainerFiles(job, build, volumes, shared, request.JobFolder);

    public SharedTreeSettings SharingOf(EngineFacts facts) => new(
        SharedTreeSettings.FolderOf(surroundings, engine.Endpoint, facts), surroundings.ProcessId, Sharing, SharedTreeSettings.Suits(engine, facts), Logger)
    {
        Note = SharingNote.Of(surroundings, engine.Endpoint, facts),
    };

    /// <exception cref="EnvironmentException">No answer.</exception>
    public async Task<EngineFacts> FactsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await engine.FactsAsync(cancellationToken);
        }
        catch (EngineException e)
        {
            throw EnvironmentException.Broken($"getting docker info: {e.Message}", e);
        }
    }

    /// <param name="facts">Of the engine.</param>
    /// <param name="name">See <see cref="DockerJob.Name"/>.</param>
    /// <param name="cancellationToken">Ends the calls.</param>
    public async Task<DockerJob> JobAsync(EngineFacts facts, string name, CancellationToken cancellationToken)
    {
        var payload = Plan.Payload;
        var labels = settings.ContainerLabels.ToDictionary(pair => pair.Key, pair => Plan.Variables.ExpandValue(pair.Value), StringComparer.Ordinal);
        return new DockerJob
        {
            Plan = Plan,
            Settings = settings,
            Engine = engine,
            Version = await engine.VersionAsync(cancellationToken),
            Log = Log,
            Time = Time,
            Belongings = belongings,
            Ledger = new EngineLedger(surroundings.StateFolder, Time, Logger),
            EngineKey = facts.Key(engine.Endpoint),
            Name = name,
            Folder = request.JobFolder,
            Labels = new JobLabels(new JobFacts
            {
                JobId = payload.Id,
                ProjectUrl = ProjectAddress.Of(payload.GitInfo.RepoUrl),
                Sha = payload.GitInfo.Sha,
                BeforeSha = payload.GitInfo.BeforeSha,
                Ref = payload.GitInfo.Ref,
                Timeout = GoDuration.Format(Plan.Timeout),
                ProjectId = payload.JobInfo.ProjectId,
                ProjectNumber = Plan.Numbers.Project,
                PipelineId = JobFacts.Pipeline(payload.JobInfo.PipelineId, Plan.Variables.Content("CI_PIPELINE_ID")),
                ShortToken = Plan.Runner.ShortToken,
                RunnerNumber = Plan.Numbers.Runner,
                SystemId = Plan.Runner.SystemId,
                Owner = surroundings.OwnerId,
                Process = surroundings.ProcessId,
            }, labels),
        };
    }

    private string OfficialHelper(EngineFacts facts)
    {
        var flavor = Plan.Variables.ExpandValue(settings.HelperImageFlavor);
        var own = System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x86_64";
        return $"{HelperImage.Name}:{HelperImage.Linux(facts.Architecture, HelperImage.Revision(""), flavor, Plan.Shell, own).Tag}";
    }

    private ImageOptions Options() => Plan.Payload.Image is { } image ? ImageOptions.Of(image, Plan.Variables.ExpandValue) : ImageOptions.None;

    private ImageWish Wish()
    {
        var own = Plan.Variables.ExpandValue(settings.Image);
        var name = Plan.Image is { Length: > 0 } wanted ? wanted : own;
        if (name.Length == 0)
        {
            throw EnvironmentException.Misconfigured("no Docker image specified to run the build in (set `image:` in the job, or `image` in [runners.docker])");
        }

        if (!AllowedImages.IsAllowed(name, settings.AllowedImages, [own]))
        {
            var lines = AllowedImages.Refusal("images", name, settings.AllowedImages).ToList();
            Log.Error(lines[0]);
            lines[1..].ForEach(Log.Line);
            throw new EnvironmentException(FailureReason.RunnerSystemFailure, "disallowed image", retriable: false);
        }

        return new ImageWish(name, Plan.Payload.Image?.PullPolicy ?? [], ImagePlatform.Corrected(Options().Platform, Log));
    }

    /// <summary>What is mounted, noted as used or as the job's own.</summary>
    public JobVolumes Volumes(DockerJob job)
    {
        var isProtected = DockerJob.IsProtected(Plan);
        var volumes = new JobVolumes(new VolumeNaming
        {
            ReusablePrefix = UniqueName.ForVolumes(Plan.Runner.Token, Plan.Runner.SystemId, Plan.Payload.JobInfo.ProjectId, Plan.Numbers.Project),
            TemporaryPrefix = job.Name,
            Protected = isProtected,
            Grammar = job.Guest.Volumes,
            CacheFolder = settings.CacheDir,
            CacheDisabled = settings.DisableCache,
            Driver = settings.VolumeDriver,
            DriverOptions = settings.VolumeDriverOptions,
            Labels = (destination, reusable) => job.Labels.Volume(destination, isProtected, reusable),
        });
        Check(() =>
        {
            foreach (var text in settings.Volumes)
            {
                var volume = job.Guest.Volumes.Parse(text);
                volumes.Add(volume with { Destination = job.Expand(volume.Destination) }, Plan.Folders.Project);
            }

            return job.Guest.KeepsFilesInContainer ? null : volumes.AddRoot(Plan.Folders.Builds, persistent: false);
        });
        foreach (var name in volumes.Temporary)
        {
            belongings.AddVolume(name);
        }

        foreach (var volume in volumes.Mounts.Where(mount => mount.Source is not null && !volumes.Temporary.Contains(mount.Source)))
        {
            job.Ledger.NoteUse(job.EngineKey, EngineLedger.Volume, volume.Source!, "");
        }

        return volumes;
    }

    private static void Check(Func<object?> read)
    {
        try
        {
            read();
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured(e.Message);
        }
    }
}
