using Gantry.Protocol;

namespace Gantry.Engine.Plans;

/// <summary>What came of compiling a payload.</summary>
public abstract record Compilation
{
    private Compilation() { }

    public sealed record Planned(JobPlan Plan) : Compilation;

    /// <param name="Reason">GitLab's word for the log and the final report.</param>
    /// <param name="Message">What is wrong and where to change it; holds no secret.</param>
    public sealed record Refused(FailureReason Reason, string Message) : Compilation;
}
