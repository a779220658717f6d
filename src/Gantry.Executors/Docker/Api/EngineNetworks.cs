namespace Gantry.Executors.Docker.Api;

/// <summary><c>/networks</c>. Every member may throw <see cref="EngineException"/>.</summary>
internal sealed class EngineNetworks(EngineTransport transport)
{
    public async Task<string> CreateAsync(NetworkSpec spec, CancellationToken cancellationToken) =>
        (await transport.PostAsync("/networks/create", spec, EngineJson.Default.NetworkSpec, EngineJson.Default.CreatedId, cancellationToken)).Id;

    public Task<NetworkLine> InspectAsync(string id, CancellationToken cancellationToken) =>
        transport.GetAsync($"/networks/{Uri.EscapeDataString(id)}", EngineJson.Default.NetworkLine, cancellationToken);

    public Task<IReadOnlyList<NetworkLine>> ListAsync(IReadOnlyList<string> labels, CancellationToken cancellationToken) =>
        transport.GetAsync("/networks" + Query.Of(("filters", Query.Labels(labels))), EngineJson.Default.IReadOnlyListNetworkLine, cancellationToken);

    public Task RemoveAsync(string id, CancellationToken cancellationToken) =>
        transport.CallAsync(HttpMethod.Delete, $"/networks/{Uri.EscapeDataString(id)}", cancellationToken);
}
