namespace Gantry.Coordinator.Queue;

/// <summary>What is to be done about an overdue job.</summary>
internal abstract record OverdueVerdict
{
    private OverdueVerdict()
    {
    }

    /// <summary>A delayed job's time has come.</summary>
    public sealed record Start : OverdueVerdict;

    /// <summary>Back to the queue.</summary>
    public sealed record Release : OverdueVerdict;

    public sealed record Drop(string Reason) : OverdueVerdict;
}
