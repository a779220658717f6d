using System.Text.Encodings.Web;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Parts;
using Gantry.Coordinator.Web.Texts;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web;

/// <summary>What every page knows about its visitor: language, rights, the time, and the token its forms must carry.</summary>
internal sealed record PageScope
{
    public const string TokenFieldName = "authenticity_token";

    public required Words Words { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>Null for visitors who are not signed in.</summary>
    public UserRow? User { get; init; }

    /// <summary>The server lets everybody in; there is nothing to sign in to or out of.</summary>
    public bool OpenHouse { get; init; }

    /// <summary><c>light</c>, <c>dark</c>, or empty for what the system says.</summary>
    public string Theme { get; init; } = "";

    public required string FormToken { get; init; }

    /// <summary>Path and query of this page, to come back to.</summary>
    public required string Here { get; init; }

    /// <summary>The visitor's role in the page's project.</summary>
    public AccessLevel Level { get; init; }

    public bool MayRun => Level >= AccessLevel.Developer;

    public bool MayMaintain => Level >= AccessLevel.Maintainer;

    public bool IsAdmin => User?.Admin == true;

    /// <summary>The hidden field of every form that posts.</summary>
    public IHtmlContent TokenField => new HtmlString(
        $"<input type=\"hidden\" name=\"{TokenFieldName}\" value=\"{HtmlEncoder.Default.Encode(FormToken)}\">");

    public TimeMark Ago(DateTimeOffset time) => TimeMark.Ago(time, Now, Words);

    public StatusLook Look(JobRow job) => StatusLook.Of(job, Words);

    public StatusLook Look(PipelineRow pipeline) => StatusLook.Of(pipeline, Words);

    /// <summary>How long a job ran or runs; null before it started.</summary>
    public TimeMark? Took(JobRow job) => job switch
    {
        { StartedAt: { } start, FinishedAt: { } end } => TimeMark.Took((end - start).TotalSeconds),
        { StartedAt: { } start } => TimeMark.Since(start, Now),
        _ => null,
    };

    public TimeMark? Took(PipelineRow pipeline) => pipeline switch
    {
        { Duration: { } seconds } => TimeMark.Took(seconds),
        { StartedAt: { } start, FinishedAt: { } end } => TimeMark.Took((end - start).TotalSeconds),
        { StartedAt: { } start } => TimeMark.Since(start, Now),
        _ => null,
    };
}
