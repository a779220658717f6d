using System.Text;
using System.Text.Json;
using Gantry.Engine;
using Gantry.Runner.Clouds;
using Gantry.Runner.Links;

namespace Gantry.Runner.Secrets;

/// <summary>AWS Secrets Manager: with a role and the job's ID token, or with the machine's own credentials.</summary>
internal sealed class AwsSecrets(CloudContext cloud) : ISecretStore, IDisposable
{
    private const string Type = "application/x-amz-json-1.1";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly AwsCredentialChain _chain = new(cloud);

    public string Member => "aws_secrets_manager";

    public string Name => "aws_secrets_manager";

    public void Dispose() => _chain.Dispose();

    public async Task<Secret> FetchAsync(SecretText definition, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, cloud.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await FetchNowAsync(definition, both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw definition.Problem($"AWS did not answer within {Limit.TotalSeconds:0} s", isOutage: true);
        }
    }

    private async Task<Secret> FetchNowAsync(SecretText definition, CancellationToken cancellationToken)
    {
        var region = First(definition.Get("region"), definition.Get("server.region"), cloud.Variable("AWS_REGION"), cloud.Variable("AWS_DEFAULT_REGION"))
            ?? throw definition.Problem("no region: write region in its definition, or set AWS_REGION for the runner");
        var credentials = await CredentialsAsync(definition, region, cancellationToken);
        var address = new Uri((cloud.Variable("AWS_ENDPOINT_URL_SECRETS_MANAGER") ?? cloud.Variable("AWS_ENDPOINT_URL")
            ?? $"https://secretsmanager.{region}.{AwsNames.Domain(region)}").TrimEnd('/') + "/");
        var body = Body(definition);
        var headers = new SigV4(credentials, region, "secretsmanager").Authorize(
            "POST", address,
            new Dictionary<string, string> { ["Content-Type"] = Type, ["X-Amz-Target"] = "secretsmanager.GetSecretValue" }, body, cloud.Time.GetUtcNow());
        headers.Remove("Content-Type");
        ServiceAnswer answer;
        try
        {
            answer = await cloud.Http.CallAsync(
                new ServiceCall(HttpMethod.Post, address) { Headers = headers, Body = body, ContentType = Type }, cancellationToken);
        }
        catch (ServiceException broken)
        {
            throw definition.Unreachable(broken);
        }

        return Read(definition, address, answer);
    }

    private async Task<AwsCredentials> CredentialsAsync(SecretText definition, string region, CancellationToken cancellationToken)
    {
        var role = First(definition.Get("role_arn"), definition.Get("server.role_arn"));
        var token = new Secret(definition.Get("server.jwt"));
        if (role is null)
        {
            return token.IsEmpty ? await _chain.GetAsync(cancellationToken) : throw definition.Problem("its definition has a token (server.jwt) but no role_arn to take on with it");
        }

        var session = First(definition.Get("role_session_name"), definition.Get("server.role_session_name")) ?? definition.Request.SessionName;
        var wanted = new AwsRole(role, new string([.. session.Where(c => char.IsAsciiLetterOrDigit(c) || "+=,.@-_".Contains(c, StringComparison.Ordinal))]));
        return token.IsEmpty
            ? await new AwsSts(cloud).AssumeAsync(wanted, await _chain.GetAsync(cancellationToken), region, cancellationToken)
            : await new AwsSts(cloud).WithWebIdentityAsync(wanted, token, region, cancellationToken);
    }

    private static string Body(SecretText definition)
    {
        var body = new StringBuilder($$"""{"SecretId":"{{JsonEncodedText.Encode(definition.Need("secret_id"))}}" """.TrimEnd());
        foreach (var (key, path) in new[] { ("VersionId", "version_id"), ("VersionStage", "version_stage") })
        {
            if (definition.Get(path) is { Length: > 0 } value)
            {
                body.Append($",\"{key}\":\"{JsonEncodedText.Encode(value)}\"");
            }
        }

        return body.Append('}').ToString();
    }

    private static Secret Read(SecretText definition, Uri address, ServiceAnswer answer)
    {
        var view = SecretText.Parse(answer.Body);
        string Text(string name) => view is { } root && root.TryGetProperty(name, out var member) ? SecretText.ValueOf(member) ?? "" : "";
        if (!answer.IsSuccess || view is null)
        {
            var type = Text("__type").Split('#')[^1];
            return type == "ResourceNotFoundException"
                ? default
                : throw definition.Refused(
                    address, answer.Status, $"{type}: {CloudText.OneLine(Text("Message") + Text("message"))}",
                    $"Check that secretsmanager:GetSecretValue is allowed on \"{definition.Get("secret_id")}\"");
        }

        var value = Text("SecretString");
        if (value.Length == 0 && Text("SecretBinary") is { Length: > 0 } binary)
        {
            value = Encoding.UTF8.GetString(Convert.FromBase64String(binary));
        }

        return definition.Get("field") is { Length: > 0 } field ? Field(definition, value, field) : new Secret(value);
    }

    private static Secret Field(SecretText definition, string value, string field)
    {
        if (SecretText.Parse(value) is not { } root)
        {
            throw definition.Problem($"field \"{field}\" cannot be taken: the value is no JSON object");
        }

        if (!root.TryGetProperty(field, out var member))
        {
            throw definition.Problem($"the value has no field \"{field}\"");
        }

        return member.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False
            ? new Secret(SecretText.ValueOf(member))
            : throw definition.Problem($"field \"{field}\" is no text, number or boolean");
    }

    private static string? First(params string?[] texts) => texts.FirstOrDefault(t => !string.IsNullOrEmpty(t));
}
