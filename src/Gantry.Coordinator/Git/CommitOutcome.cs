namespace Gantry.Coordinator.Git;

/// <summary>What became of a <see cref="CommitOrder"/>.</summary>
internal abstract record CommitOutcome
{
    private CommitOutcome()
    {
    }

    /// <summary>The branch moved.</summary>
    public sealed record Made(RefChange Change) : CommitOutcome;

    /// <summary>Nothing changed, and why, in GitLab's words.</summary>
    public sealed record Refused(string Message) : CommitOutcome;
}
