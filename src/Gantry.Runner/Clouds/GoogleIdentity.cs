using Gantry.Runner.Links;

namespace Gantry.Runner.Clouds;

/// <summary>The service account of a machine in Google's cloud, through the metadata server; it signs through IAM.</summary>
internal sealed class GoogleIdentity(CloudContext cloud, string universe)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <exception cref="CloudException">The machine has none, or it may not sign.</exception>
    public async Task<GoogleSigner> SignerAsync(CancellationToken cancellationToken)
    {
        var email = await MetadataAsync("email", cancellationToken);
        return new GoogleSigner(email.Trim(), (text, cancellation) => SignAsync(email.Trim(), text, cancellation));
    }

    private async Task<byte[]> SignAsync(string email, byte[] text, CancellationToken cancellationToken)
    {
        var token = CloudJson.Read(await MetadataAsync("token", cancellationToken), CloudJson.Default.OAuthTokenView)?.AccessToken
            ?? throw new CloudException("the metadata server answered without a token");
        var address = new Uri($"{cloud.Google("iamcredentials", universe)}/v1/projects/-/serviceAccounts/{CloudText.Escape(email)}:signBlob");
        var body = $$"""{"payload":"{{Convert.ToBase64String(text)}}"}""";
        try
        {
            var answer = await cloud.Http.CallAsync(
                new ServiceCall(HttpMethod.Post, address) { Body = body, Headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" } },
                cancellationToken);
            if (!answer.IsSuccess)
            {
                throw new CloudException(
                    $"{ServiceHttp.Name(address)} answered {answer.Status}. Give the service account the role \"Service Account Token Creator\" on itself, or set CredentialsFile", answer.Status);
            }

            return Convert.FromBase64String(CloudJson.Read(answer.Body, CloudJson.Default.GoogleSignatureView)?.SignedBlob ?? "");
        }
        catch (Exception broken) when (broken is ServiceException or FormatException)
        {
            throw new CloudException(broken.Message);
        }
    }

    private async Task<string> MetadataAsync(string item, CancellationToken cancellationToken)
    {
        var host = cloud.Variable("GCE_METADATA_HOST") ?? "metadata.google.internal";
        var address = new Uri($"http://{host}/computeMetadata/v1/instance/service-accounts/default/{item}");
        try
        {
            var answer = await cloud.Http.CallAsync(
                new ServiceCall(HttpMethod.Get, address)
                {
                    Headers = new Dictionary<string, string> { ["Metadata-Flavor"] = "Google" },
                    Local = true,
                    Within = Limit,
                    Tries = 2,
                },
                cancellationToken);
            return answer.IsSuccess ? answer.Body : throw None($"{ServiceHttp.Name(address)} answered {answer.Status}");
        }
        catch (ServiceException broken)
        {
            throw None(broken.Message);
        }
    }

    private static CloudException None(string why) =>
        new($"no Google credentials found ({why}). Set CredentialsFile to a service account's JSON key, or AccessID and PrivateKey");
}
