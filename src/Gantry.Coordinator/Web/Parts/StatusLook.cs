using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Texts;
using Gantry.Pipelines.States;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Parts;

/// <summary>How a status is shown: always a word and an icon, the colour only helps.</summary>
/// <param name="Label">The word.</param>
/// <param name="Icon">The icon.</param>
/// <param name="Tone">The CSS class that sets the colours.</param>
/// <param name="Rank">Order inside a mini graph: what needs attention first.</param>
internal sealed record StatusLook(string Label, HtmlString Icon, string Tone, int Rank)
{
    public static StatusLook Of(JobRow job, Words words) => job switch
    {
        { Status: CiStatus.Failed, AllowFailure: true } => new(words.FailedAllowed, Parts.Icon.Warning, "is-warning", 1),
        _ => Of(job.Status, words),
    };

    public static StatusLook Of(PipelineRow pipeline, Words words) => pipeline switch
    {
        { Status: CiStatus.Success, Warnings: true } => Warning(words),
        { Status: CiStatus.Manual } => new(words.Blocked, Parts.Icon.Manual, "is-neutral", 4),
        _ => Of(pipeline.Status, words),
    };

    public static StatusLook Warning(Words words) => new(words.Warning, Parts.Icon.Warning, "is-warning", 1);

    public static StatusLook Of(string status, Words words) => status switch
    {
        CiStatus.Success => new(words.Passed, Parts.Icon.Passed, "is-success", 7),
        CiStatus.Failed => new(words.Failed, Parts.Icon.Failed, "is-failed", 0),
        CiStatus.Running => new(words.Running, Parts.Icon.Running, "is-running", 3),
        CiStatus.Pending => new(words.Pending, Parts.Icon.Pending, "is-pending", 2),
        CiStatus.Preparing => new(words.Preparing, Parts.Icon.Waiting, "is-pending", 2),
        CiStatus.WaitingForResource => new(words.WaitingForResource, Parts.Icon.Waiting, "is-pending", 2),
        CiStatus.WaitingForCallback => new(words.Waiting, Parts.Icon.Waiting, "is-pending", 2),
        CiStatus.Manual => new(words.Manual, Parts.Icon.Manual, "is-neutral", 4),
        CiStatus.Scheduled => new(words.Delayed, Parts.Icon.Clock, "is-neutral", 5),
        CiStatus.Canceling => new(words.Canceling, Parts.Icon.Canceled, "is-neutral", 6),
        CiStatus.Canceled => new(words.Canceled, Parts.Icon.Canceled, "is-neutral", 6),
        CiStatus.Skipped => new(words.Skipped, Parts.Icon.Skipped, "is-neutral", 8),
        _ => new(words.Created, Parts.Icon.Created, "is-neutral", 9),
    };

    /// <summary>The status of several jobs together, such as a stage's.</summary>
    public static StatusLook OfStage(IReadOnlyCollection<JobRow> jobs, Words words)
    {
        var state = new PipelineState { Jobs = [.. jobs.Select(StateOf)] };
        return state is { Status: JobStatus.Success, HasWarnings: true } ? Warning(words) : Of(state.Status.Keyword(), words);
    }

    private static JobState StateOf(JobRow job) => new()
    {
        Name = job.Name,
        StageIndex = job.StageIndex,
        Status = JobStatusNames.TryParse(job.Status, out var status) ? status : JobStatus.Created,
        AllowFailure = job.AllowFailure,
    };
}
