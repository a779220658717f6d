using Gantry.Coordinator.Http;
using Gantry.Coordinator.RestApi.Views;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Coordinator.RestApi;

/// <summary>Where services that get id tokens of jobs find the key to check them: OpenID Connect discovery. Public.</summary>
internal static class DiscoveryEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, CoordinatorServices services)
    {
        routes.MapGet("/.well-known/openid-configuration", (HttpContext http) => http.WriteJsonAsync(Configuration(services.Address.Url), RestJson.Default.DiscoveryView));
        routes.MapGet("/oauth/discovery/keys", (HttpContext http) => KeysAsync(http, services));
        routes.MapGet("/-/jwks", (HttpContext http) => KeysAsync(http, services));
    }

    private static Task KeysAsync(HttpContext http, CoordinatorServices services)
    {
        var key = services.SigningKey;
        return http.WriteJsonAsync(new KeysView([new KeyView("RSA", key.Id, key.Exponent, key.Modulus, "sig", "RS256")]), RestJson.Default.KeysView);
    }

    private static DiscoveryView Configuration(string url) => new(
        url, $"{url}/oauth/discovery/keys", ["id_token"], ["public"], ["RS256"],
        ["sub", "iss", "aud", "exp", "nbf", "iat", "jti", "namespace_id", "namespace_path", "project_id", "project_path", "user_id", "user_login",
            "user_email", "user_access_level", "pipeline_id", "pipeline_source", "job_id", "ref", "ref_type", "ref_path", "ref_protected",
            "environment", "environment_protected", "deployment_tier", "environment_action", "runner_id", "runner_environment", "sha",
            "project_visibility", "ci_config_ref_uri", "ci_config_sha"]);
}
