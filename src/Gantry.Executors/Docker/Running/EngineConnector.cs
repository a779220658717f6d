using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Docker.Running;

/// <summary>Which engine the settings mean (official-executors §2.1).</summary>
internal static class EngineConnector
{
    /// <exception cref="EnvironmentException">The host or version text cannot be read.</exception>
    public static EngineClient Open(DockerSettings settings, DockerSurroundings surroundings, TimeProvider time, IEngineTunnel? tunnel = null)
    {
        // Only as a whole: a configured host never meets certificates of the surroundings.
        var (host, certificates, verify) = settings.Host.Length > 0
            ? (settings.Host, settings.TlsCertPath, settings.TlsVerify)
            : (surroundings.Host, surroundings.CertPath, surroundings.TlsVerify);
        try
        {
            var tls = certificates.Length > 0 ? new EngineTls(certificates, verify) : verify ? EngineTls.SystemRoots : null;
            var version = surroundings.ApiVersion.Length > 0 ? EngineVersion.Parse(surroundings.ApiVersion) : (EngineVersion?)null;
            return new EngineClient(new EngineDialer(tunnel is null ? EngineEndpoint.Parse(host, tls) : new EngineEndpoint.Tunnel(tunnel), time), version);
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured($"creating docker client: {e.Message}");
        }
    }
}
