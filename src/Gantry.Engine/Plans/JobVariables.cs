using Gantry.Protocol.Jobs;

namespace Gantry.Engine.Plans;

/// <summary>The variables of a job in precedence order, later entries win.</summary>
public sealed class JobVariables(IReadOnlyList<JobVariable> all)
{
    public IReadOnlyList<JobVariable> All { get; } = all;
}
