using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Gantry.Executors.Docker.Api;

/// <summary><c>/images</c>. Every member may throw <see cref="EngineException"/>.</summary>
internal sealed class EngineImages(EngineTransport transport)
{
    private static readonly EngineVersion InspectsByPlatform = new(1, 49);

    /// <summary>Null when the engine has no such image.</summary>
    /// <param name="name">Name with tag or digest, or an id.</param>
    /// <param name="platform">JSON of an OCI platform for engines that keep several under one tag; null for any.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<ImageDetails?> FindAsync(string name, string? platform, CancellationToken cancellationToken)
    {
        var query = platform is not null && await transport.VersionAsync(cancellationToken) >= InspectsByPlatform ? Query.Of(("platform", platform)) : "";
        try
        {
            return await transport.GetAsync($"/images/{PathOf(name)}/json{query}", EngineJson.Default.ImageDetails, cancellationToken);
        }
        catch (EngineException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Pulls, message by message. An error may come as the last message after a status of 200; it is thrown here, so whoever
    /// reads to the end has the image.
    /// </summary>
    /// <param name="reference">Name without tag or digest.</param>
    /// <param name="tag">Tag or digest.</param>
    /// <param name="platform"><c>os/arch[/variant]</c> or null.</param>
    /// <param name="auth">Value of <c>X-Registry-Auth</c>, a secret; null for none.</param>
    /// <param name="cancellationToken">Ends the pull.</param>
    public async IAsyncEnumerable<PullMessage> PullAsync(
        string reference, string tag, string? platform, string? auth, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = await transport.RequestAsync(
            HttpMethod.Post, "/images/create" + Query.Of(("fromImage", reference), ("tag", tag), ("platform", platform)), null, cancellationToken);
        if (auth is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Registry-Auth", auth);
        }

        using var response = await transport.SendAsync(request, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var message in JsonSerializer.DeserializeAsyncEnumerable(
            body, EngineJson.Default.PullMessage, topLevelValues: true, cancellationToken))
        {
            if (message?.Error is { } error)
            {
                throw EngineException.Refused(System.Net.HttpStatusCode.OK, error);
            }

            if (message is not null)
            {
                yield return message;
            }
        }
    }

    public Task TagAsync(string image, string repository, string tag, CancellationToken cancellationToken) =>
        transport.CallAsync(HttpMethod.Post, $"/images/{PathOf(image)}/tag" + Query.Of(("repo", repository), ("tag", tag)), cancellationToken);

    public Task RemoveAsync(string name, CancellationToken cancellationToken) =>
        transport.CallAsync(HttpMethod.Delete, $"/images/{PathOf(name)}", cancellationToken);

    // The engine takes slashes in a name as they are.
    private static string PathOf(string name) => string.Join('/', name.Split('/').Select(Uri.EscapeDataString));
}
