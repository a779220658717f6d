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
        new UserEndpoints(services).Map(routes);
        new TokenEndpoints(services).Map(routes);
        new MemberEndpoints(services).Map(routes);
        new ProtectionEndpoints(services).Map(routes);
        new ScheduleEndpoints(services).Map(routes);
        new EnvironmentEndpoints(services).Map(routes);
        new ReportEndpoints(services).Map(routes);
        new RefEndpoints(services).Map(routes);
        new FileEndpoints(services).Map(routes);
        new ExplainEndpoint(services).Map(routes);
        new CacheCredentialEndpoint(services).Map(routes);
    }
}
