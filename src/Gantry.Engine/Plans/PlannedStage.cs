namespace Gantry.Engine.Plans;

/// <summary>One stage of a plan: a closed family, one case per stage of GitLab (official-job-protocol §3.8, §4.1).</summary>
/// <param name="Name">The stage's and section's name, such as <c>get_sources</c>.</param>
public abstract record PlannedStage(string Name);
