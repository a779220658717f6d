using Gantry.Coordinator.Http;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>Every endpoint that a runner calls (official-job-protocol §1.5).</summary>
internal static class RunnerApiRoutes
{
    public static void Map(ApiRoutes routes, CoordinatorServices services)
    {
        new RegistrationEndpoints(services).Map(routes);
        new JobRequestEndpoint(services).Map(routes);
        new JobUpdateEndpoint(services).Map(routes);
        new TraceEndpoint(services).Map(routes);
        new ArtifactEndpoints(services).Map(routes);
    }
}
