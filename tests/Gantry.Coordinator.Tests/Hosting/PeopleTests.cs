using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Gantry.Coordinator.Tests.Hosting;

/// <summary>Users, passwords, tokens, members, protection.</summary>
public sealed class PeopleTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestServer _server = null!;
    private long _project;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(_folder);
        _project = await _server.CreateProjectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact(Timeout = 120_000)]
    public async Task The_first_start_s_link_sets_the_owner_s_password_once()
    {
        var link = new Uri(_server.Host.OwnerLink!);
        Assert.Equal("/users/password/edit", link.AbsolutePath);
        var token = link.Query["?reset_password_token=".Length..];
        var signIn = _server.Host.Services.SignIn;
        Assert.True(await signIn.IsLinkGoodAsync(token, Cancellation));
        Assert.Null(await signIn.RedeemLinkAsync("another", "a good password", Cancellation));

        var owner = await signIn.RedeemLinkAsync(token, "a good password", Cancellation);
        Assert.Equal("root", owner!.Username);
        Assert.Equal(1, owner.SessionStamp);
        Assert.Null(await signIn.RedeemLinkAsync(token, "another password", Cancellation));
        Assert.NotNull(await signIn.CheckAsync("root", "a good password", Cancellation));
        Assert.Null(await signIn.CheckAsync("root", "another password", Cancellation));
        Assert.Null(await signIn.CheckAsync("nobody", "a good password", Cancellation));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_user_s_token_may_what_its_scopes_and_its_owner_s_role_allow()
    {
        var ada = await UserAsync("ada");
        using var reader = await ClientAsync(ada, "read_api");
        using var writer = await ClientAsync(ada, "api");

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(writer, HttpMethod.Get, $"projects/{_project}"));
        await _server.PostAsync($"projects/{_project}/members", $$"""{"user_id":{{ada}},"access_level":30}""");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(reader, HttpMethod.Get, $"projects/{_project}"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(reader, HttpMethod.Post, $"projects/{_project}/pipeline", """{"ref":"main"}"""));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(writer, HttpMethod.Get, $"projects/{_project}/variables"));
        // Nobody raises themselves.
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(writer, HttpMethod.Put, $"projects/{_project}/members/{ada}", """{"access_level":50}"""));

        await _server.PostAsync($"users/{ada}/block", "{}");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(reader, HttpMethod.Get, $"projects/{_project}"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_token_is_told_once_and_is_worth_nothing_when_revoked()
    {
        var ada = await UserAsync("ada");
        var made = await _server.PostAsync($"users/{ada}/personal_access_tokens", """{"name":"ci","scopes":["api"],"expires_at":"2027-10-01"}""");
        var text = made.GetProperty("token").GetString()!;
        using var client = Client(text);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, HttpMethod.Get, "user"));

        var listed = Assert.Single((await _server.GetAsync($"personal_access_tokens?user_id={ada}")).EnumerateArray());
        Assert.False(listed.TryGetProperty("token", out _));
        Assert.Equal("2027-10-01", listed.GetProperty("expires_at").GetString());
        // Also not on disk in clear.
        var stored = await _server.Host.Services.Database.ReadAsync(session => session.Tokens.OfUser(ada), Cancellation);
        Assert.DoesNotContain(text, JsonSerializer.Serialize(stored.Select(token => token.ToString())), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(client, HttpMethod.Delete, "personal_access_tokens/self"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, HttpMethod.Get, "user"));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_protected_branch_takes_no_push_of_a_developer_and_no_rewriting_of_anybody()
    {
        var git = await GitClient.InitAsync(_folder.At("work"));
        await git.CommitAsync("One", ("a.txt", "1"));
        var first = (await git.RunAsync("rev-parse", "HEAD")).Trim();
        await git.CommitAsync("Two", ("a.txt", "2"));
        await git.RunAsync("push", "--quiet", _server.CloneUrl(), "main");

        var ada = await UserAsync("ada");
        await _server.PostAsync($"projects/{_project}/members", $$"""{"user_id":{{ada}},"access_level":30}""");
        var token = (await _server.PostAsync($"users/{ada}/personal_access_tokens", """{"name":"git","scopes":["write_repository"]}""")).GetProperty("token").GetString();
        var hers = _server.Host.Url.Replace("://", $"://ada:{token}@", StringComparison.Ordinal) + "/demo/hello.git";
        await git.CommitAsync("Three", ("a.txt", "3"));
        Assert.NotEqual(0, (await git.TryAsync("push", hers, "main")).Code);
        Assert.Equal(0, (await git.TryAsync("push", hers, "HEAD:refs/heads/feature")).Code);

        Assert.NotEqual(0, (await git.TryAsync("push", "--force", _server.CloneUrl(), $"{first}:refs/heads/main")).Code);
        Assert.NotEqual(0, (await git.TryAsync("push", _server.CloneUrl(), ":refs/heads/main")).Code);
        Assert.Equal(0, (await git.TryAsync("push", "--force", _server.CloneUrl(), $"{first}:refs/heads/feature")).Code);

        await _server.JsonAsync(HttpMethod.Patch, $"projects/{_project}/protected_branches/main", """{"allow_force_push":true}""");
        Assert.Equal(0, (await git.TryAsync("push", "--force", _server.CloneUrl(), $"{first}:refs/heads/main")).Code);
    }

    // As python-gitlab asks; HttpClient would send a length with it.
    [Fact(Timeout = 120_000)]
    public async Task A_question_that_names_a_content_type_and_has_no_content_is_answered()
    {
        var address = new Uri(_server.Host.Url);
        using var connection = new TcpClient();
        await connection.ConnectAsync(address.Host, address.Port, Cancellation);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET /api/v4/user HTTP/1.1\r\nHost: {address.Authority}\r\nPRIVATE-TOKEN: {_server.RootToken}\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"),
            Cancellation);
        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 200", await reader.ReadLineAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_sign_in_a_server_listens_on_loopback_only()
    {
        var settings = new CoordinatorSettings { DataDirectory = _folder.At("other"), ListenUrl = "http://0.0.0.0:8929", NoAuth = true };
        Assert.Contains("--no-auth", Assert.Single(settings.Problems()), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CoordinatorHost.Build(settings, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance));
        Assert.Empty((settings with { ListenUrl = "http://127.0.0.1:8929" }).Problems());
    }

    private async Task<long> UserAsync(string name) =>
        (await _server.PostAsync("users", $$"""{"username":"{{name}}","name":"{{name}}","email":"{{name}}@example.com","password":"correct horse"}""")).GetProperty("id").GetInt64();

    private async Task<HttpClient> ClientAsync(long user, string scope) =>
        Client((await _server.PostAsync($"users/{user}/personal_access_tokens", $$"""{"name":"t","scopes":["{{scope}}"]}""")).GetProperty("token").GetString()!);

    private HttpClient Client(string token)
    {
        var client = new HttpClient { BaseAddress = _server.Http.BaseAddress };
        client.DefaultRequestHeaders.Add("PRIVATE-TOKEN", token);
        return client;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, HttpMethod method, string path, string? body = null)
    {
        using var answer = await TestServer.SendAsync(client, method, path, body);
        return answer.StatusCode;
    }
}
