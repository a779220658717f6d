using System.Text;
using System.Text.Json;
using Gantry.Engine.Links;
using Gantry.Runner.Clouds;
using Gantry.Runner.Links;
using Gantry.Runner.Secrets;
using Gantry.TestKit.Services;

namespace Gantry.Runner.Tests.Secrets;

/// <summary>The stores of secrets against local services that speak their APIs and refuse everything else.</summary>
public sealed class SecretResolverTests : IDisposable
{
    private const string Jwt = "eyJ.the-id-token.sig";
    private const string Value = "s3cret \"quoted\" ü";
    private readonly ServiceHttp _http = new(TimeProvider.System);
    private readonly Dictionary<string, string> _environment = [];
    private Uri? _google;

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("kv-v2", "/v1/team/kv/data/prod/db", "")]
    [InlineData("kv-v1", "/v1/team/kv/prod/db", "")]
    [InlineData("generic", "/v1/team/kv/prod/db", "engineering")]
    public async Task Vault_gives_a_field_after_a_login_with_the_ID_token(string engine, string path, string area)
    {
        await using var vault = await LocalService.StartAsync(request => Vault(request, engine, path, area));
        Assert.Equal(Value, await FetchAsync(VaultDefinition(vault.Url, engine, area)));
    }

    [Fact]
    public async Task What_Vault_does_not_have_is_empty()
    {
        await using var vault = await LocalService.StartAsync(request => Vault(request, "kv-v2", "/v1/team/kv/data/other", ""));
        Assert.Equal("", await FetchAsync(VaultDefinition(vault.Url, "kv-v2", "")));
        await using var second = await LocalService.StartAsync(request => Vault(request, "kv-v2", "/v1/team/kv/data/prod/db", ""));
        Assert.Equal("", await FetchAsync(VaultDefinition(second.Url, "kv-v2", "").Replace("\"password\"", "\"absent\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_refused_login_names_server_path_role_and_fix_but_no_token()
    {
        await using var vault = await LocalService.StartAsync(_ => new ServiceReply(400, """{"errors":["error validating token: invalid audience"]}"""));
        var problem = await Assert.ThrowsAsync<SecretException>(() => FetchAsync(VaultDefinition(vault.Url, "kv-v2", "")));
        Assert.Equal(
            $"secret \"DB\": {vault.Url}/v1/auth/custom/jwt/login answered 400 (error validating token: invalid audience). Check the auth path \"custom/jwt\", "
            + "the role \"ci\" with its bound claims, and the audience of the ID token",
            problem.Message);
        Assert.False(problem.IsOutage);
        Assert.DoesNotContain(Jwt, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_down_is_an_outage()
    {
        string url;
        await using (var vault = await LocalService.StartAsync(_ => new ServiceReply(503)))
        {
            url = vault.Url;
            Assert.True((await Assert.ThrowsAsync<SecretException>(() => FetchAsync(VaultDefinition(url, "kv-v2", "")))).IsOutage);
            Assert.Equal(3, vault.Requests.Count);
        }

        var problem = await Assert.ThrowsAsync<SecretException>(() => FetchAsync(VaultDefinition(url, "kv-v2", "")));
        Assert.True(problem.IsOutage);
        Assert.Contains(url, problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"vault":{"server":{"url":"ftp://x"}}}""", "server.url \"ftp://x\" is no http or https address")]
    [InlineData("""{"vault":{"server":{"url":"https://x","auth":{"name":"ldap"}}}}""", "the auth method \"ldap\" is not known; use jwt")]
    [InlineData("""{"vault":{"server":{"url":"https://x"}}}""", "server.auth.data.jwt is missing in its definition")]
    [InlineData("""{"azure_key_vault":{"name":"n","server":{"url":"https://x","client_id":"c"}}}""", "server.tenant_id is missing in its definition")]
    [InlineData("""{"aws_secrets_manager":{"secret_id":"n","region":"r","server":{"jwt":"j"}}}""", "no role_arn")]
    [InlineData("""{"aws_secrets_manager":{"secret_id":"n"}}""", "no region")]
    public async Task What_a_definition_lacks_is_named(string definition, string expected)
    {
        var problem = await Assert.ThrowsAsync<SecretException>(() => FetchAsync(definition));
        Assert.StartsWith("secret \"DB\": ", problem.Message, StringComparison.Ordinal);
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GitLabs_own_store_gets_the_token_with_the_request()
    {
        static string Decode(string header) => Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(header));
        await using var bao = await LocalService.StartAsync(request =>
            request.ToString() == "GET /v1/secrets/kv/data/explicit/DB" && request.Header("X-Vault-Inline-Auth-Path") == "auth/pipeline_jwt/login"
            && request.Header("X-Vault-Token").Length == 0
            && Decode(request.Header("X-Vault-Inline-Auth-Parameter-jwt")) == $$"""{"key":"jwt","value":"{{Jwt}}"}"""
            && Decode(request.Header("X-Vault-Inline-Auth-Parameter-role")) == """{"key":"role","value":"project_1"}"""
                ? new ServiceReply(200, $$"""{"data":{"data":{"value":{{Quoted}} } } }""")
                : new ServiceReply(403));
        Assert.Equal(Value, await FetchAsync(
            $$"""
            {"gitlab_secrets_manager":{"server":{"url":"{{bao.Url}}","inline_auth":{"path":"auth/pipeline_jwt/login","jwt":"{{Jwt}}","role":"project_1"} },
             "engine":{"name":"kv-v2","path":"secrets/kv"},"path":"explicit/DB","field":"value"} }
            """));
    }

    [Fact]
    public async Task Azure_trades_the_token_and_reads_a_version()
    {
        await using var azure = await LocalService.StartAsync(request => request switch
        {
            { Method: "POST", Path: "/tenant/oauth2/v2.0/token" } when request.Field("client_id") == "client" && request.Field("client_assertion") == Jwt
                && request.Field("client_assertion_type") == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                && request.Field("grant_type") == "client_credentials" && request.Field("scope") == "https://vault.azure.net/.default" =>
                new ServiceReply(200, """{"token_type":"Bearer","expires_in":3599,"access_token":"entra"}"""),
            { Method: "GET", Target: "/secrets/db/v1?api-version=7.4" } when request.Header("Authorization") == "Bearer entra" =>
                new ServiceReply(200, $$"""{"value":{{Quoted}},"id":"x"}"""),
            { Method: "GET", Target: "/secrets/other?api-version=7.4" } => new ServiceReply(403, """{"error":{"code":"Forbidden","message":"no get permission"}}"""),
            { Method: "GET" } => new ServiceReply(404),
            _ => new ServiceReply(401, """{"error":"invalid_client","error_description":"AADSTS700213: no matching federated identity"}"""),
        });
        _environment["AZURE_AUTHORITY_HOST"] = azure.Url;
        string Definition(string name, string version, string jwt = Jwt) => $$"""
            {"azure_key_vault":{"name":"{{name}}","version":"{{version}}","server":{"url":"{{azure.Url}}","client_id":"client","tenant_id":"tenant","jwt":"{{jwt}}"} },"file":false}
            """;
        Assert.Equal(Value, await FetchAsync(Definition("db", "v1")));
        Assert.Equal("", await FetchAsync(Definition("absent", "")));
        Assert.Contains("(no get permission). Give the application", (await Assert.ThrowsAsync<SecretException>(() => FetchAsync(Definition("other", "")))).Message, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<SecretException>(() => FetchAsync(Definition("db", "v1", "forged")));
        Assert.Contains("AADSTS700213", refused.Message, StringComparison.Ordinal);
        Assert.False(refused.IsOutage);
        Assert.DoesNotContain("forged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Google_trades_the_token_and_checks_what_comes()
    {
        var bytes = Encoding.UTF8.GetBytes(Value);
        var sum = GoogleSecrets.Crc32C(bytes);
        await using var google = await LocalService.StartAsync(request => request switch
        {
            { Path: "/sts/v1/token" } when request.Field("subject_token") == Jwt
                && request.Field("audience") == "//iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/pool/providers/gitlab" =>
                new ServiceReply(200, """{"access_token":"ya29","expires_in":3600}"""),
            { Path: "/sts/v1/token" } => new ServiceReply(400, """{"error":"invalid_target"}"""),
            _ when request.Header("Authorization") != "Bearer ya29" => new ServiceReply(401),
            { Path: "/secretmanager/v1/projects/42/secrets/db/versions/latest:access" } => Payload(bytes, sum),
            { Path: "/secretmanager/v1/projects/7/secrets/db/versions/3:access" } => Payload(bytes, sum + 1),
            _ => new ServiceReply(404),
        });
        _google = new Uri(google.Url);
        string Definition(string name, string version, string number = "42") => $$"""
            {"gcp_secret_manager":{"name":"{{name}}","version":"{{version}}","server":{"project_number":{{number}},"workload_identity_federation_pool_id":"pool",
             "workload_identity_federation_provider_id":"gitlab","jwt":"{{Jwt}}"} } }
            """;
        Assert.Equal(Value, await FetchAsync(Definition("db", "")));
        Assert.Contains("data corruption detected", (await Assert.ThrowsAsync<SecretException>(() => FetchAsync(Definition("projects/7/secrets/db", "3")))).Message, StringComparison.Ordinal);
        Assert.Equal("", await FetchAsync(Definition("absent", "")));
        Assert.Contains("invalid_target", (await Assert.ThrowsAsync<SecretException>(() => FetchAsync(Definition("db", "", "43")))).Message, StringComparison.Ordinal);
        // The check value of CRC-32C's catalogue.
        Assert.Equal(0xE3069283u, GoogleSecrets.Crc32C("123456789"u8));
    }

    [Fact]
    public async Task AWS_is_asked_with_the_role_of_the_token()
    {
        await using var aws = await LocalService.StartAsync(request => request switch
        {
            _ when request.Field("Action") == "AssumeRoleWithWebIdentity" => request.Field("WebIdentityToken") == Jwt && request.Field("RoleArn") == "arn:aws:iam::1:role/ci"
                && request.Field("RoleSessionName") == "1-10-gitlab.example.com"
                    ? new ServiceReply(200, "<C><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></C>")
                    : new ServiceReply(403, "<E><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></E>"),
            _ when request.Header("X-Amz-Target") != "secretsmanager.GetSecretValue" || request.Header("X-Amz-Security-Token") != "t"
                || !request.Header("Authorization").StartsWith("AWS4-HMAC-SHA256 Credential=ASIA/", StringComparison.Ordinal)
                || !request.Header("Authorization").Contains("/eu-west-1/secretsmanager/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, ", StringComparison.Ordinal) =>
                new ServiceReply(403),
            { Text: """{"SecretId":"prod/db","VersionStage":"AWSCURRENT"}""" } => new ServiceReply(200, """{"SecretString":"{\"password\":\"p\",\"port\":5432,\"more\":{}}"}"""),
            { Text: """{"SecretId":"binary"}""" } => new ServiceReply(200, $$"""{"SecretBinary":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(Value))}}"}"""),
            { Text: """{"SecretId":"denied"}""" } => new ServiceReply(400, """{"__type":"AccessDeniedException","Message":"User is not authorized"}"""),
            _ => new ServiceReply(400, """{"__type":"ResourceNotFoundException","Message":"gone"}"""),
        });
        _environment["AWS_ENDPOINT_URL"] = aws.Url;
        string Definition(string id, string more = "", string jwt = Jwt) => $$"""
            {"aws_secrets_manager":{"secret_id":"{{id}}"{{more}},"server":{"region":"eu-west-1","role_arn":"arn:aws:iam::1:role/ci","jwt":"{{jwt}}"} } }
            """;
        Assert.Equal("p", await FetchAsync(Definition("prod/db", ",\"version_stage\":\"AWSCURRENT\",\"field\":\"password\"")));
        Assert.Equal("5432", await FetchAsync(Definition("prod/db", ",\"version_stage\":\"AWSCURRENT\",\"field\":\"port\"")));
        Assert.Equal(Value, await FetchAsync(Definition("binary")));
        Assert.Equal("", await FetchAsync(Definition("absent")));
        Assert.Contains("AccessDeniedException: User is not authorized", await ProblemAsync(Definition("denied")), StringComparison.Ordinal);
        Assert.Contains("no text, number or boolean", await ProblemAsync(Definition("prod/db", ",\"version_stage\":\"AWSCURRENT\",\"field\":\"more\"")), StringComparison.Ordinal);
        Assert.Contains("trust policy", await ProblemAsync(Definition("prod/db", jwt: "forged")), StringComparison.Ordinal);
    }

    private static string Quoted => JsonSerializer.Serialize(Value, CloudJsonText.Default.String);

    private static ServiceReply Payload(byte[] bytes, uint sum) =>
        new(200, $$"""{"name":"x","payload":{"data":"{{Convert.ToBase64String(bytes)}}","dataCrc32c":"{{sum}}"} }""");

    private static ServiceReply Vault(ServiceRequest request, string engine, string path, string area)
    {
        if (request.Header("X-Vault-Namespace") != area)
        {
            return new ServiceReply(403, """{"errors":["wrong namespace"]}""");
        }

        if (request is { Method: "PUT", Path: "/v1/auth/custom/jwt/login" })
        {
            return request.Text == $$"""{"jwt":"{{Jwt}}","role":"ci"}"""
                ? new ServiceReply(200, """{"auth":{"client_token":"hvs.token"}}""")
                : new ServiceReply(400, """{"errors":["bad login"]}""");
        }

        if (request.Header("X-Vault-Token") != "hvs.token")
        {
            return new ServiceReply(403, """{"errors":["permission denied"]}""");
        }

        var data = $$"""{"password":{{Quoted}} }""";
        return request.Method == "GET" && request.Path == path
            ? new ServiceReply(200, engine == "kv-v2" ? $$"""{"data":{"data":{{data}},"metadata":{} } }""" : $$"""{"data":{{data}} }""")
            : new ServiceReply(404, """{"errors":[]}""");
    }

    private static string VaultDefinition(string url, string engine, string area) => $$"""
        {"vault":{"server":{"url":"{{url}}","namespace":"{{area}}","auth":{"name":"jwt","path":"custom/jwt","data":{"jwt":"{{Jwt}}","role":"ci","unknown":"x"} } },
         "engine":{"name":"{{engine}}","path":"team/kv"},"path":"prod/db","field":"password"} }
        """;

    private async Task<string> ProblemAsync(string definition) => (await Assert.ThrowsAsync<SecretException>(() => FetchAsync(definition))).Message;

    private async Task<string> FetchAsync(string definition)
    {
        using var document = JsonDocument.Parse(definition);
        using var resolver = new SecretResolver(new CloudContext(_http, TimeProvider.System, name => _environment.GetValueOrDefault(name)) { GoogleRoot = _google });
        var value = await resolver.FetchAsync(
            new SecretRequest { Name = "DB", Definition = document.RootElement, SessionName = "1-10-gitlab.example.com" }, TestContext.Current.CancellationToken);
        return value.Reveal();
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class CloudJsonText : System.Text.Json.Serialization.JsonSerializerContext;
