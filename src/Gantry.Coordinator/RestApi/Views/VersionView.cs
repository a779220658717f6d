namespace Gantry.Coordinator.RestApi.Views;

/// <summary><c>GET /version</c> and <c>GET /metadata</c>.</summary>
internal sealed record VersionView(string Version, string Revision, bool Enterprise, KasView Kas);

/// <summary>There is no agent server.</summary>
internal sealed record KasView(bool Enabled, string? ExternalUrl, string? Version);

/// <summary>A plain message.</summary>
internal sealed record MessageView(string Message);
