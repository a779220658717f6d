using System.Globalization;
using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Containers;
using Gantry.Executors.Docker.Services;
using Gantry.Executors.Docker.Workspaces;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Docker.Running;

/// <summary>
/// Finds the place of a job that an earlier process made (docs/adr/0022). The script goes on when its container has all of it and has
/// never stopped since; everything else is removed.
/// </summary>
internal sealed class PlaceSearch(Preparation preparation, EngineClient engine, DockerSurroundings surroundings, Belongings belongings)
{
    // The two clocks need not be one.
    private static readonly TimeSpan Clocks = TimeSpan.FromSeconds(10);

    /// <param name="name">Of the journal: see <see cref="DockerJob.Name"/>.</param>
    /// <param name="request">The job.</param>
    /// <param name="logger">For the operator.</param>
    /// <param name="cancellationToken">Ends the search; what was not removed by then stays.</param>
    /// <exception cref="EngineException">The engine does not answer.</exception>
    public async Task<Reopening> RunAsync(string name, EnvironmentRequest request, ILogger logger, CancellationToken cancellationToken)
    {
        var facts = await preparation.FactsAsync(cancellationToken);
        var job = await preparation.JobAsync(facts, name, cancellationToken);
        await CollectAsync(request.Plan.Payload.Id, cancellationToken);
        var volumes = preparation.Volumes(job);
        var shared = new SharedTrees(job, volumes, preparation.SharingOf(facts));
        shared.Find();
        var (script, container, why) = await ScriptAsync(request.JobFolder, cancellationToken);
        var recipe = new SameAgain(job, container);
        var build = script is null ? new BuildContainer(job, recipe) : BuildContainer.Found(job, recipe, ContainerRun.GoingOn(job, script));
        var place = new DockerEnvironment(
            job, build, preparation.Files(job, build, volumes, shared), new EnvironmentHandle("docker", new Dictionary<string, string> { ["name"] = name }), logger)
        {
            StateFolder = surroundings.StateFolder,
            Watch = new ServiceWatch(job, []),
        };
        if (script is not null)
        {
            return new Reopening.Running(place, script.Position.Log);
        }

        await place.DisposeAsync();
        return new Reopening.Lost(why);
    }

    private async Task<(NotedScript? Script, ContainerDetails Container, string Why)> ScriptAsync(string folder, CancellationToken cancellationToken)
    {
        if (ScriptNotes.Read(folder) is not { } script)
        {
            return (null, new ContainerDetails(), "");
        }

        try
        {
            var container = await engine.Containers.InspectAsync(script.Where, cancellationToken);
            return WhyNot(container.State, script) is { } why ? (null, container, why) : (script, container, "");
        }
        catch (EngineException e) when (e.IsNotFound)
        {
            return (null, new ContainerDetails(), $"and its container {TruncatedId.Of(script.Where)} is gone");
        }
    }

    private static string? WhyNot(ContainerState state, NotedScript script)
    {
        if (!state.Running)
        {
            return $"and its script ended meanwhile (exit code {state.ExitCode}{(state.OOMKilled ? ", out of memory" : "")}): nobody saw whether it ended by itself";
        }

        // Started again, the shell of the container waits for a script that nobody gives it.
        return DateTimeOffset.TryParse(state.StartedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var started) && started <= script.Given + Clocks
            ? null
            : "and its container was started again by somebody else";
    }

    /// <summary>Everything that was made for the job, whether noted or not.</summary>
    private async Task CollectAsync(long jobId, CancellationToken cancellationToken)
    {
        if (surroundings.OwnerId.Length == 0)
        {
            return;
        }

        string[] mine = [$"{JobLabels.Owner}={surroundings.OwnerId}", string.Create(CultureInfo.InvariantCulture, $"{JobLabels.Job}={jobId}"), $"{JobLabels.Life}=job"];
        foreach (var container in await engine.Containers.ListAsync(mine, cancellationToken))
        {
            belongings.AddContainer(container.Id);
        }

        foreach (var volume in await engine.Volumes.ListAsync(mine, cancellationToken))
        {
            belongings.AddVolume(volume.Name);
        }

        foreach (var network in await engine.Networks.ListAsync(mine, cancellationToken))
        {
            belongings.AddNetwork(network.Id);
        }
    }
}
