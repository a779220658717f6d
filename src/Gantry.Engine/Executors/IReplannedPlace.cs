using Gantry.Engine.Plans;

namespace Gantry.Engine.Executors;

/// <summary>A place (<see cref="IJobEnvironment"/>) that has said where its folders are: the stages follow its plan, not the first one.</summary>
public interface IReplannedPlace
{
    JobPlan Plan { get; }

    /// <summary>Those of the executor, as they are for this place.</summary>
    ExecutorTraits Traits { get; }
}
