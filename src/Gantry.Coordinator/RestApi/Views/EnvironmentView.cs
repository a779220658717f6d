using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi.Views;

/// <summary>An environment.</summary>
internal sealed record EnvironmentView(
    long Id, string Name, string Slug, string? ExternalUrl, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Tier, string State,
    DeploymentView? LastDeployment);

/// <summary>What was deployed last; known by its job.</summary>
internal sealed record DeploymentView(long Id, string Ref, string Status, DateTimeOffset CreatedAt, JobView Deployable);

/// <summary>A resource group.</summary>
internal sealed record ResourceGroupView(long Id, string Key, string ProcessMode, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static ResourceGroupView Of(ResourceGroupRow row) => new(row.Id, row.Key, row.ProcessMode, row.CreatedAt, row.UpdatedAt);
}
