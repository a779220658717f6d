using Gantry.Coordinator.Http;

namespace Gantry.Coordinator.RestApi;

/// <summary>The REST subset for people and tools (server-ui §7).</summary>
internal static class RestApiRoutes
{
    public static void Map(ApiRoutes routes, CoordinatorServices services)
    {
        new InstanceEndpoints(services).Map(routes);
        new ProjectEndpoints(services).Map(routes);
        var pipelines = new PipelineEndpoints(services);
        pipelines.Map(routes);
        new TriggerEndpoints(services, pipelines).Map(routes);
        new LintEndpoints(services).Map(routes);
        new RepositoryEndpoints(services).Map(routes);
        new JobEndpoints(services).Map(routes);
        new JobFileEndpoints(services).Map(routes);
        new RunnerEndpoints(services).Map(routes);
        new VariableEndpoints(services).Map(routes);
    }
}
