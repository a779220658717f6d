using System.Data.Common;
using System.Globalization;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;
using Gantry.Pipelines.Includes;
using Gantry.Pipelines.Variables;
using Microsoft.Extensions.Logging;

namespace Gantry.Coordinator.Creation;

/// <summary>
/// Starts what trigger jobs ask for (ci-yaml §14). A bridge is pending like any other job, but no runner takes it: this loop
/// does, one at a time. What is pending at a start is taken up again, so a killed process forgets none.
/// </summary>
internal sealed partial class BridgeWorker(CoordinatorServices services, ILogger<BridgeWorker> log) : IAsyncDisposable
{
    // A child may have children, and these none (ci-yaml §24).
    private const int DeepestChild = 2;

    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    public void Start() => _loop = LoopAsync(_stop.Token);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task LoopAsync(CancellationToken cancellation)
    {
        try
        {
            var changes = services.Changes.Subscribe(change => change.Triggers || change == Change.Everything, cancellation);
            await TakeAllAsync(cancellation);
            await foreach (var _ in changes)
            {
                await TakeAllAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Stopped.
        }
    }

    private async Task TakeAllAsync(CancellationToken cancellation)
    {
        foreach (var bridge in await services.Database.ReadAsync(session => session.Jobs.PendingBridges(), cancellation))
        {
            try
            {
                await TakeAsync(bridge, cancellation);
            }
            catch (Exception error) when (error is IOException or DbException or GitException)
            {
                Log.Failed(log, bridge.Id, error);
                await DropAsync(bridge, "downstream_pipeline_creation_failed");
            }
        }
    }

    private async Task TakeAsync(JobRow bridge, CancellationToken cancellation)
    {
        var (project, user, parent, definition, given, known) = await services.Database.ReadAsync(
            session => (session.Projects.Find(bridge.ProjectId)!, session.Users.Find(bridge.UserId)!, session.Pipelines.Find(bridge.PipelineId)!,
                session.Jobs.Definition(bridge.Id), session.Pipelines.Variables(bridge.PipelineId), session.Pipelines.Facts(bridge.PipelineId)),
            cancellation);
        if (definition.Trigger is not { } trigger)
        {
            await DropAsync(bridge, "invalid_bridge_trigger");
            return;
        }

        if (await services.Database.ReadAsync(session => DepthOf(session, parent), cancellation) >= DeepestChild)
        {
            await DropAsync(bridge, "reached_max_descendant_pipelines_depth");
            return;
        }

        var order = new PipelineOrder
        {
            Project = project,
            User = user,
            Head = new RefHead(parent.Ref, parent.Tag, parent.Sha),
            Before = parent.BeforeSha,
            Source = PipelineSources.ParentPipeline,
            Configuration = trigger.ChildYaml,
            Upstream = bridge,
            Variables = Forwarded(bridge, definition, given, known),
            Inputs = trigger.Inputs?.ToDictionary(input => input.Key, input => InputValue.FromJson(input.Value)) ?? [],
        };
        var target = trigger.Project is { } path ? await ElsewhereAsync(order, path, trigger.Branch, cancellation) : order;
        if (target is null)
        {
            await DropAsync(bridge, "downstream_bridge_project_not_found");
            return;
        }

        if (await services.Creator.CreateAsync(target, cancellation) is PipelineCreation.Refused refused)
        {
            Log.Refused(log, bridge.Id, refused.Text);
            await DropAsync(bridge, "downstream_pipeline_creation_failed");
        }
    }

    // Another project's pipeline runs there, for the same user, who must be allowed to start one.
    private async Task<PipelineOrder?> ElsewhereAsync(PipelineOrder order, string path, string? branch, CancellationToken cancellation)
    {
        var caller = new Caller.Person(order.User, null, null);
        var project = await services.Database.ReadAsync(
            session => session.Projects.FindByPath(path) is { } found && Permissions.MayPush(session, caller, found) ? found : null, cancellation);
        return project is not null && await services.Repository(project.Id).FindHeadAsync(branch ?? project.DefaultBranch, cancellation) is { } head
            ? order with { Project = project, Head = head, Before = null, Source = PipelineSources.MultiProject, Configuration = null }
            : null;
    }

    // References mean what they mean in the trigger job: CI_PIPELINE_ID is the parent's, not the child's.
    private static List<VariableRow> Forwarded(JobRow bridge, JobDefinition definition, IReadOnlyList<VariableRow> given, PipelineFacts? facts)
    {
        var trigger = definition.Trigger!;
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in facts is null ? [] : PredefinedVariables.ForPipeline(facts))
        {
            known[variable.Key] = variable.Value;
        }

        known["CI_PIPELINE_ID"] = bridge.PipelineId.ToString(CultureInfo.InvariantCulture);
        known["CI_JOB_ID"] = bridge.Id.ToString(CultureInfo.InvariantCulture);
        foreach (var variable in given)
        {
            known[variable.Key] = variable.Value;
        }

        return
        [
            .. trigger.ForwardPipelineVariables ? given : [],
            .. trigger.ForwardYamlVariables
                ? definition.Variables.Select(variable => new VariableRow
                {
                    Key = variable.Key,
                    Value = variable.Raw ? variable.Value : Expansion.Expand(variable.Value, name => known.GetValueOrDefault(name)),
                    Raw = variable.Raw,
                })
                : [],
        ];
    }

    private static int DepthOf(StoreSession session, PipelineRow pipeline)
    {
        var depth = 0;
        for (var above = pipeline; above.UpstreamPipelineId is { } id && depth < DeepestChild && session.Pipelines.Find(id) is { } next; above = next)
        {
            depth++;
        }

        return depth;
    }

    private Task<JobRow?> DropAsync(JobRow bridge, string reason) =>
        services.Database.WriteAsync(
            session => session.Jobs.Find(bridge.Id) is { } current ? services.Lifecycle.Drop(session, current, reason, null) : null, CancellationToken.None);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "the pipeline of trigger job {Job} could not be made")]
        public static partial void Failed(ILogger logger, long job, Exception error);

        [LoggerMessage(Level = LogLevel.Information, Message = "trigger job {Job} starts no pipeline: {Reason}")]
        public static partial void Refused(ILogger logger, long job, string reason);
    }
}
