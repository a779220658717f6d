using Gantry.Coordinator.Access;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Gantry.Coordinator.RunnerApi;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.RestApi;

/// <summary><c>GET runners/:id/cache</c>, which GitLab does not have: what to write into <c>config.toml</c> to use the built-in cache store.</summary>
internal sealed class CacheCredentialEndpoint(CoordinatorServices services)
{
    public void Map(ApiRoutes routes) => routes.Map("GET", "runners/{runner:long}/cache", ShowAsync);

    private async Task ShowAsync(ApiRequest request)
    {
        var (access, secret) = await services.Database.WriteAsync(
            session =>
            {
                var runner = RunnerAccess.Find(session, request, AccessLevel.Maintainer);
                CacheKeys.Ensure(session);
                return (CacheKeys.AccessKey(runner), CacheKeys.Secret(session, runner)!);
            },
            request.Cancellation);
        var server = new Uri(services.Address.Url);
        var insecure = server.Scheme == "http";
        var settings = $"""
            [runners.cache]
              Type = "s3"
              Shared = true
              [runners.cache.s3]
                ServerAddress = "{server.Authority}"
                AccessKey = "{access}"
                SecretKey = "{secret}"
                BucketName = "{CacheEndpoints.Bucket}"
                BucketLocation = "{CacheEndpoints.Region}"
                Insecure = {(insecure ? "true" : "false")}
                PathStyle = true

            """;
        await request.WriteAsync(
            new CacheCredentialView(server.Authority, access, secret, CacheEndpoints.Bucket, CacheEndpoints.Region, insecure, settings), RestJson.Default.CacheCredentialView);
    }
}
