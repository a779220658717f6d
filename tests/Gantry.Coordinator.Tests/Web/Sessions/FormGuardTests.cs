using Gantry.Coordinator.Access;
using Gantry.Coordinator.Web.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Coordinator.Tests.Web.Sessions;

public sealed class FormGuardTests
{
    [Theory]
    [InlineData("localhost:8929", "http://localhost:8929", "same-origin", true)]
    [InlineData("localhost:8929", "", "", true)]
    [InlineData("ci.example.org", "https://ci.example.org", "same-origin", true)]
    [InlineData("localhost:8929", "http://localhost:1234", "", false)]
    [InlineData("localhost:8929", "https://evil.example", "", false)]
    [InlineData("localhost:8929", "null", "", false)]
    [InlineData("localhost:8929", "http://localhost:8929", "cross-site", false)]
    [InlineData("localhost:8929", "http://localhost:8929", "same-site", false)]
    public void Only_our_own_pages_may_post(string host, string origin, string site, bool allowed)
    {
        var request = new DefaultHttpContext().Request;
        request.Host = new HostString(host);
        if (origin.Length > 0)
            request.Headers.Origin = origin;
        if (site.Length > 0)
            request.Headers["Sec-Fetch-Site"] = site;

        Assert.Equal(allowed, FormGuard.IsOwnSite(request));
    }

    [Theory]
    [InlineData("/a/b?c=d", "/a/b?c=d")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData("/a\r\nSet-Cookie: x", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void A_form_leads_back_to_this_server_only(string? path, string result) => Assert.Equal(result, FormGuard.LocalPath(path, "/"));

    [Fact]
    public void The_eleventh_failed_sign_in_within_a_minute_waits()
    {
        var clock = new FakeTimeProvider();
        var limit = new AttemptLimit(clock);
        var from = System.Net.IPAddress.Loopback;
        for (var i = 0; i < 10; i++)
        {
            Assert.True(limit.IsOpen(from));
            limit.Failed(from);
        }

        Assert.False(limit.IsOpen(from));
        Assert.True(limit.IsOpen(System.Net.IPAddress.IPv6Loopback));
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.True(limit.IsOpen(from));
    }
}
