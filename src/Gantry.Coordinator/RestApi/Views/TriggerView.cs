namespace Gantry.Coordinator.RestApi.Views;

/// <summary>A pipeline trigger token; whole for its owner, shortened for others.</summary>
internal sealed record TriggerView(
    long Id, string Token, string Description, DateTimeOffset CreatedAt, DateTimeOffset? LastUsed, UserView? Owner)
{
    /// <summary>The token must not reach a log through the record's text.</summary>
    public override string ToString() => $"trigger {Id} [MASKED]";
}
