using System.Net;
using System.Text;
using Gantry.Coordinator.Tests.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Gantry.Coordinator.Tests.Security;

/// <summary>
/// Every endpoint of the API, called by everybody: the least role that gets through must be the one that access.txt says. A new
/// endpoint needs a line there, and a look at whether the line is right.
/// </summary>
public sealed class AccessTableTests : IDisposable
{
    // From nobody to the instance's owner; each may at least what the one before may.
    private static readonly string[] Roles = ["anonymous", "stranger", "guest", "reporter", "developer", "maintainer", "owner", "admin"];

    // Tells a job about itself, whichever it is.
    private const string Self = "/api/v4/job";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 600_000)]
    public async Task Each_endpoint_lets_exactly_the_roles_in_that_the_table_names()
    {
        await using var server = await TestServer.StartAsync(_folder);
        var cast = await AccessCast.CreateAsync(server, Roles);
        var endpoints = server.Host.Endpoints
            .SelectMany(endpoint => Methods(endpoint).Select(method => (Method: method, Route: endpoint.RoutePattern.RawText!)))
            .Where(endpoint => endpoint.Route.StartsWith("/api/v4/", StringComparison.Ordinal))
            .OrderBy(endpoint => endpoint.Route, StringComparer.Ordinal).ThenBy(endpoint => endpoint.Method, StringComparer.Ordinal)
            .ToList();
        Assert.True(endpoints.Count > 100);

        var table = new StringBuilder();
        var broken = new List<string>();
        foreach (var (method, route) in endpoints)
        {
            var allowed = new List<bool>();
            foreach (var role in Roles)
            {
                allowed.Add(await cast.MayAsync(role, method, route));
            }

            var job = await cast.MayAsync("job", method, route);
            var least = allowed.IndexOf(true);
            if (least >= 0 && allowed.Skip(least).Contains(false))
            {
                broken.Add($"{method} {route}: a lower role may what a higher one may not");
            }

            // The token of a job of another project gets through where anybody signed in would, and nowhere else.
            if (least is < 0 or > 1 && route != Self && await cast.MayAsync("foreign-job", method, route))
            {
                broken.Add($"{method} {route}: open to jobs of other projects");
            }

            table.Append($"{method,-6} {route["/api/v4/".Length..]}  {(least < 0 ? "own-token" : Roles[least])}{(job && least != 0 ? " job" : "")}\n");
        }

        var actual = Path.Combine(AppContext.BaseDirectory, "Security", "access.actual.txt");
        await File.WriteAllTextAsync(actual, table.ToString(), TestContext.Current.CancellationToken);
        Assert.Empty(broken);
        var expected = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Security", "access.txt"), TestContext.Current.CancellationToken);
        Assert.Equal(expected, table.ToString());
    }

    [Fact(Timeout = 120_000)]
    public async Task A_token_that_may_only_read_changes_nothing_anywhere()
    {
        await using var server = await TestServer.StartAsync(_folder);
        var cast = await AccessCast.CreateAsync(server, Roles);
        foreach (var endpoint in server.Host.Endpoints.Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v4/", StringComparison.Ordinal)))
        {
            // A token may always end itself.
            foreach (var method in Methods(endpoint).Where(method => method != "GET" && !(method == "DELETE" && endpoint.RoutePattern.RawText!.EndsWith("/self", StringComparison.Ordinal))))
            {
                var status = await cast.CallAsync("read-only", method, endpoint.RoutePattern.RawText!);
                // What authenticates in its own way does not look at the token at all.
                Assert.True(status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest or HttpStatusCode.NotImplemented, $"{method} {endpoint.RoutePattern.RawText}: {status}");
            }
        }
    }

    private static IReadOnlyList<string> Methods(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [];
}
