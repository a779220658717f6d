namespace Gantry.Pipelines.Variables;

/// <summary>Values of <c>CI_PIPELINE_SOURCE</c>.</summary>
public static class PipelineSources
{
    public const string Push = "push";
    public const string Web = "web";
    public const string Api = "api";
    public const string Schedule = "schedule";
    public const string Trigger = "trigger";
    public const string MultiProject = "pipeline";
    public const string ParentPipeline = "parent_pipeline";
    public const string MergeRequestEvent = "merge_request_event";
    public const string External = "external";
    public const string WebIde = "webide";
    public const string Chat = "chat";
}
