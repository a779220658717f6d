using Gantry.Engine.Executors;

namespace Gantry.Engine.Running;

/// <summary>
/// Who wants to know where a job is: the operator's view. Called on the job's own task, in order; must return at once and
/// not throw.
/// </summary>
public interface IJobProgress
{
    /// <summary>The place was made. It may be measured until <see cref="Left"/>.</summary>
    void Placed(IJobEnvironment place);

    /// <summary>A stage begins; the one before is over.</summary>
    void Entered(string stage);

    /// <summary>The stages are over and the place goes.</summary>
    void Left();
}
