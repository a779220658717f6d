using System.Globalization;
using Gantry.Engine;
using Gantry.Runner.Links;

namespace Gantry.Runner.Clouds;

/// <summary>
/// Tokens of Entra: for a workload's federated token, for a job's ID token, or for the machine's managed identity. Thread-safe.
/// </summary>
internal sealed class AzureIdentity(CloudContext cloud)
{
    private const string Assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static readonly TimeSpan MetadataLimit = TimeSpan.FromSeconds(5);

    /// <summary>As the machine or pod is set up: workload identity first, then managed identity.</summary>
    /// <param name="resource">Such as <c>https://storage.azure.com</c>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="CloudException">There is none, or it was refused.</exception>
    public async Task<Secret> ForMachineAsync(string resource, CancellationToken cancellationToken)
    {
        if (cloud.Variable("AZURE_FEDERATED_TOKEN_FILE") is { } file && cloud.Variable("AZURE_CLIENT_ID") is { } client
            && cloud.Variable("AZURE_TENANT_ID") is { } tenant)
        {
            string token;
            try
            {
                token = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
            }
            catch (Exception broken) when (broken is IOException or UnauthorizedAccessException)
            {
                throw new CloudException($"the file {file} of AZURE_FEDERATED_TOKEN_FILE cannot be read: {broken.Message}");
            }

            return await ForAssertionAsync(tenant, client, new Secret(token), resource, cancellationToken);
        }

        return await ManagedAsync(resource, cancellationToken);
    }

    /// <summary>Trades a signed token for one of Entra.</summary>
    /// <exception cref="CloudException">Refused or not reachable.</exception>
    public async Task<Secret> ForAssertionAsync(string tenant, string client, Secret assertion, string resource, CancellationToken cancellationToken)
    {
        var authority = (cloud.Variable("AZURE_AUTHORITY_HOST") ?? "https://login.microsoftonline.com").TrimEnd('/');
        var address = new Uri($"{authority}/{CloudText.Escape(tenant)}/oauth2/v2.0/token");
        var body = CloudText.Query(
        [
            ("client_id", client), ("client_assertion", assertion.Reveal()), ("client_assertion_type", Assertion),
            ("grant_type", "client_credentials"), ("scope", $"{resource}/.default"),
        ]);
        return await TokenAsync(
            new ServiceCall(HttpMethod.Post, address) { Body = body, ContentType = "application/x-www-form-urlencoded" },
            $"client {client} of tenant {tenant}", cancellationToken);
    }

    private async Task<Secret> ManagedAsync(string resource, CancellationToken cancellationToken)
    {
        var root = (cloud.Variable("AZURE_POD_IDENTITY_AUTHORITY_HOST") ?? "http://169.254.169.254").TrimEnd('/');
        var client = cloud.Variable("AZURE_CLIENT_ID") is { } id ? $"&client_id={CloudText.Escape(id)}" : "";
        var call = new ServiceCall(
            HttpMethod.Get, new Uri($"{root}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={CloudText.Escape(resource)}{client}"))
        {
            Headers = new Dictionary<string, string> { ["Metadata"] = "true" },
            Local = true,
            Within = MetadataLimit,
            Tries = 2,
        };
        return await TokenAsync(call, "the machine's managed identity", cancellationToken);
    }

    private async Task<Secret> TokenAsync(ServiceCall call, string who, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await cloud.Http.CallAsync(call, cancellationToken);
            var view = CloudJson.Read(answer.Body, CloudJson.Default.OAuthTokenView);
            if (answer.IsSuccess && view?.AccessToken is { Length: > 0 } token)
            {
                return new Secret(token);
            }

            var why = string.Join(": ", new[] { view?.Error, view?.Description }.Where(t => !string.IsNullOrEmpty(t)).Select(t => CloudText.OneLine(t!)));
            throw new CloudException(
                string.Create(CultureInfo.InvariantCulture, $"no token for {who}: {ServiceHttp.Name(call.Address)} answered {answer.Status}{(why.Length > 0 ? $" ({why})" : "")}"),
                answer.Status);
        }
        catch (ServiceException broken)
        {
            throw new CloudException($"no token for {who}: {broken.Message}");
        }
    }
}
