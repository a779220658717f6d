using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>One service of a job.</summary>
/// <param name="Image">Name and alias expanded; entrypoint and command as written.</param>
/// <param name="Aliases">The alias taken apart at commas and white space.</param>
/// <param name="Variables">What its container sees.</param>
public sealed record PlannedService(JobImage Image, IReadOnlyList<string> Aliases, IReadOnlyList<JobVariable> Variables);
