using System.Globalization;
using Gantry.Engine;
using Gantry.Runner.Links;

namespace Gantry.Runner.Clouds;

/// <summary>A role to take on.</summary>
/// <param name="Arn">Its name.</param>
/// <param name="Session">Seen in the audit log.</param>
/// <param name="Policy">Narrows the role; null: none.</param>
internal sealed record AwsRole(string Arn, string Session, string? Policy = null);

/// <summary>AWS's Security Token Service: credentials of a role for an hour.</summary>
internal sealed class AwsSts(CloudContext cloud)
{
    private const string DefaultRegion = "us-east-1";
    private const int LongestSession = 64;

    /// <exception cref="CloudException">Refused or not reachable.</exception>
    public Task<AwsCredentials> AssumeAsync(AwsRole role, AwsCredentials own, string? region, CancellationToken cancellationToken) =>
        CallAsync("AssumeRole", role, [], own, region, cancellationToken);

    /// <exception cref="CloudException">Refused or not reachable.</exception>
    public Task<AwsCredentials> WithWebIdentityAsync(AwsRole role, Secret token, string? region, CancellationToken cancellationToken) =>
        CallAsync("AssumeRoleWithWebIdentity", role, [("WebIdentityToken", token.Reveal())], null, region, cancellationToken);

    private async Task<AwsCredentials> CallAsync(
        string action, AwsRole role, (string, string)[] more, AwsCredentials? own, string? region, CancellationToken cancellationToken)
    {
        region = string.IsNullOrEmpty(region) ? DefaultRegion : region;
        var address = new Uri((cloud.Variable("AWS_ENDPOINT_URL_STS") ?? cloud.Variable("AWS_ENDPOINT_URL")
            ?? $"https://sts.{region}.{AwsNames.Domain(region)}").TrimEnd('/') + "/");
        List<(string, string)> form =
        [
            ("Action", action), ("Version", "2011-06-15"), ("RoleArn", role.Arn), ("DurationSeconds", "3600"),
            ("RoleSessionName", role.Session.Length > LongestSession ? role.Session[..LongestSession] : role.Session),
            .. role.Policy is { } policy ? [("Policy", policy)] : Array.Empty<(string, string)>(),
            .. more,
        ];
        var body = CloudText.Query(form);
        const string type = "application/x-www-form-urlencoded";
        var headers = own is null
            ? []
            : new SigV4(own, region, "sts").Authorize("POST", address, new Dictionary<string, string> { ["Content-Type"] = type }, body, cloud.Time.GetUtcNow());
        headers.Remove("Content-Type");
        ServiceAnswer answer;
        try
        {
            answer = await cloud.Http.CallAsync(
                new ServiceCall(HttpMethod.Post, address) { Headers = headers, Body = body, ContentType = type }, cancellationToken);
        }
        catch (ServiceException broken)
        {
            throw new CloudException($"the role {role.Arn} cannot be assumed: {broken.Message}");
        }

        return answer.IsSuccess && CloudText.XmlElement(answer.Body, "AccessKeyId") is { } key && CloudText.XmlElement(answer.Body, "SecretAccessKey") is { } secret
            ? new AwsCredentials(key, new Secret(secret), new Secret(CloudText.XmlElement(answer.Body, "SessionToken")), Expiry(answer.Body))
            : throw new CloudException(
                $"the role {role.Arn} cannot be assumed: {ServiceHttp.Name(address)} answered {answer.Status}{CloudText.XmlProblem(answer.Body)}. "
                + "Check the role's trust policy", answer.Status);
    }

    private static DateTimeOffset? Expiry(string xml) =>
        DateTimeOffset.TryParse(CloudText.XmlElement(xml, "Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var when) ? when : null;
}

/// <summary>Where AWS's regions live.</summary>
internal static class AwsNames
{
    public static string Domain(string region) => region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";

    /// <summary>First part of resource names.</summary>
    public static string Partition(string region) => region switch
    {
        _ when region.StartsWith("cn-", StringComparison.Ordinal) => "aws-cn",
        _ when region.StartsWith("us-gov-", StringComparison.Ordinal) => "aws-us-gov",
        _ => "aws",
    };
}
