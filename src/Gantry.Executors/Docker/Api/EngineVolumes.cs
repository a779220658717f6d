namespace Gantry.Executors.Docker.Api;

/// <summary><c>/volumes</c>. Every member may throw <see cref="EngineException"/>.</summary>
internal sealed class EngineVolumes(EngineTransport transport)
{
    /// <summary>Makes it, or finds the one that exists (the engine does not say which).</summary>
    public Task<VolumeDetails> CreateAsync(VolumeSpec spec, CancellationToken cancellationToken) =>
        transport.PostAsync("/volumes/create", spec, EngineJson.Default.VolumeSpec, EngineJson.Default.VolumeDetails, cancellationToken);

    public async Task<IReadOnlyList<VolumeDetails>> ListAsync(IReadOnlyList<string> labels, CancellationToken cancellationToken) =>
        (await transport.GetAsync("/volumes" + Query.Of(("filters", Query.Labels(labels))), EngineJson.Default.VolumeList, cancellationToken)).Volumes;

    public Task<VolumeDetails> InspectAsync(string name, CancellationToken cancellationToken) =>
        transport.GetAsync($"/volumes/{Uri.EscapeDataString(name)}", EngineJson.Default.VolumeDetails, cancellationToken);

    public Task RemoveAsync(string name, CancellationToken cancellationToken) =>
        transport.CallAsync(HttpMethod.Delete, $"/volumes/{Uri.EscapeDataString(name)}" + Query.Of(("force", "1")), cancellationToken);
}
