using Gantry.Engine;
using Gantry.Runner.Links;

namespace Gantry.Runner.Clouds;

/// <summary>
/// The credentials of the machine, in the order of AWS's own programs: variables, web identity, shared file, container, instance
/// metadata (version 2). Temporary ones are kept until five minutes before their end. Thread-safe.
/// </summary>
internal sealed class AwsCredentialChain(CloudContext cloud) : IDisposable
{
    private const string ContainerHost = "http://169.254.170.2";
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MetadataLimit = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private AwsCredentials? _kept;

    /// <exception cref="CloudException">None was found, or the one that is set up does not work.</exception>
    public async Task<AwsCredentials> GetAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_kept is null || _kept.Expires - Margin <= cloud.Time.GetUtcNow())
            {
                _kept = await FindAsync(cancellationToken);
            }

            return _kept;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<AwsCredentials> FindAsync(CancellationToken cancellationToken) =>
        FromVariables()
        ?? await WebIdentityAsync(cancellationToken)
        ?? await FromFileAsync(cancellationToken)
        ?? await FromContainerAsync(cancellationToken)
        ?? await FromInstanceAsync(cancellationToken);

    private AwsCredentials? FromVariables() =>
        cloud.Variable("AWS_ACCESS_KEY_ID") is { } key && cloud.Variable("AWS_SECRET_ACCESS_KEY") is { } secret
            ? new AwsCredentials(key, new Secret(secret), new Secret(cloud.Variable("AWS_SESSION_TOKEN")))
            : null;

    private async Task<AwsCredentials?> WebIdentityAsync(CancellationToken cancellationToken)
    {
        if (cloud.Variable("AWS_WEB_IDENTITY_TOKEN_FILE") is not { } file || cloud.Variable("AWS_ROLE_ARN") is not { } role)
        {
            return null;
        }

        return await new AwsSts(cloud).WithWebIdentityAsync(
            new AwsRole(role, cloud.Variable("AWS_ROLE_SESSION_NAME") ?? "gantry"),
            new Secret((await ReadAsync(file, "AWS_WEB_IDENTITY_TOKEN_FILE", cancellationToken)).Trim()),
            cloud.Variable("AWS_REGION") ?? cloud.Variable("AWS_DEFAULT_REGION"),
            cancellationToken);
    }

    private async Task<AwsCredentials?> FromFileAsync(CancellationToken cancellationToken)
    {
        var file = cloud.Variable("AWS_SHARED_CREDENTIALS_FILE")
            ?? (cloud.Variable("HOME") is { } home ? Path.Combine(home, ".aws", "credentials") : null);
        if (file is null || !File.Exists(file))
        {
            return null;
        }

        var keys = Profile(await ReadAsync(file, "AWS_SHARED_CREDENTIALS_FILE", cancellationToken), cloud.Variable("AWS_PROFILE") ?? "default");
        return keys.TryGetValue("aws_access_key_id", out var key) && keys.TryGetValue("aws_secret_access_key", out var secret)
            ? new AwsCredentials(key, new Secret(secret), new Secret(keys.GetValueOrDefault("aws_session_token")))
            : null;
    }

    private static Dictionary<string, string> Profile(string text, string profile)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        var inside = false;
        foreach (var line in text.Split('\n').Select(l => l.Trim()))
        {
            if (line.StartsWith('['))
            {
                inside = line.TrimStart('[').TrimEnd(']').Trim() == profile;
            }
            else if (inside && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && line[0] is not ('#' or ';'))
            {
                keys[line[..at].Trim()] = line[(at + 1)..].Trim();
            }
        }

        return keys;
    }

    private async Task<AwsCredentials?> FromContainerAsync(CancellationToken cancellationToken)
    {
        var address = cloud.Variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { } relative
            ? ContainerHost + relative
            : cloud.Variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if (address is null)
        {
            return null;
        }

        var token = cloud.Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is { } file
            ? (await ReadAsync(file, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", cancellationToken)).Trim()
            : cloud.Variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        return Of(await LocalAsync(HttpMethod.Get, address, token is null ? [] : new() { ["Authorization"] = token }, cancellationToken), address);
    }

    private async Task<AwsCredentials> FromInstanceAsync(CancellationToken cancellationToken)
    {
        var root = (cloud.Variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254").TrimEnd('/');
        var token = await LocalAsync(
            HttpMethod.Put, $"{root}/latest/api/token", new() { ["X-aws-ec2-metadata-token-ttl-seconds"] = "300" }, cancellationToken);
        var headers = new Dictionary<string, string> { ["X-aws-ec2-metadata-token"] = token };
        var roles = $"{root}/latest/meta-data/iam/security-credentials/";
        var role = (await LocalAsync(HttpMethod.Get, roles, headers, cancellationToken)).Split('\n')[0].Trim();
        return Of(await LocalAsync(HttpMethod.Get, roles + role, headers, cancellationToken), roles);
    }

    private async Task<string> LocalAsync(HttpMethod method, string address, Dictionary<string, string> headers, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await cloud.Http.CallAsync(
                new ServiceCall(method, new Uri(address)) { Headers = headers, Local = true, Within = MetadataLimit, Tries = 2 }, cancellationToken);
            return answer.IsSuccess ? answer.Body : throw None($"{ServiceHttp.Name(new Uri(address))} answered {answer.Status}");
        }
        catch (Exception broken) when (broken is ServiceException or UriFormatException)
        {
            throw None(broken.Message);
        }
    }

    private static AwsCredentials Of(string json, string source) =>
        CloudJson.Read(json, CloudJson.Default.AwsRoleView) is { AccessKeyId: { } key, SecretAccessKey: { } secret } view
            ? new AwsCredentials(key, new Secret(secret), new Secret(view.Token), view.Expiration)
            : throw None($"{source} answered without credentials");

    private static CloudException None(string why) => new(
        $"no AWS credentials found ({why}). Give the machine a role, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for the runner, "
        + "or write AccessKey and SecretKey with AuthenticationType = \"access-key\"");

    private static async Task<string> ReadAsync(string file, string variable, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
        {
            throw new CloudException($"the file {file} of {variable} cannot be read: {broken.Message}");
        }
    }
}
