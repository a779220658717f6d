namespace Gantry.Coordinator.Queue;

/// <summary>Why a runner does not take a job.</summary>
internal abstract record Refusal
{
    private Refusal()
    {
    }

    public abstract string Text { get; }

    public sealed record Paused : Refusal
    {
        public override string Text => "The runner is paused.";
    }

    public sealed record OtherProject : Refusal
    {
        public override string Text => "The runner is not assigned to this project.";
    }

    public sealed record InstanceRunnersDisabled : Refusal
    {
        public override string Text => "The project does not use instance runners.";
    }

    public sealed record OnlyProtected : Refusal
    {
        public override string Text => "The runner takes only jobs of protected branches and tags.";
    }

    public sealed record Untagged : Refusal
    {
        public override string Text => "The job has no tags, and the runner takes only tagged jobs.";
    }

    public sealed record MissingTags(IReadOnlyList<string> Tags) : Refusal
    {
        public override string Text => $"The runner lacks the tags {string.Join(", ", Tags)}.";
    }

    public sealed record MissingFeatures(IReadOnlyList<string> Features) : Refusal
    {
        public override string Text => $"The runner cannot do what the job needs: {string.Join(", ", Features)}.";
    }

    /// <summary>Nothing speaks against it but that it has not called.</summary>
    public sealed record NotOnline(string Status) : Refusal
    {
        public override string Text => Status == "never_contacted"
            ? "The runner has never contacted this server."
            : "The runner has not contacted this server for more than two hours.";
    }
}
