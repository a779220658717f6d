using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Protocol.Runners;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Gantry.TestKit.Coordinator;
using Gantry.TestKit.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Runner.Tests;

/// <summary>Values that tests do not care about.</summary>
internal static class Some
{
    public static readonly ProductVersion Version = new("gitlab-runner", "19.0.0", "abcdef12", "linux", "amd64");

    public static readonly RunnerIdentity Identity = RunnerIdentities.Unconfigured(Version);

    public static SettingsContext Context(string? certificates = null) => new()
    {
        Environment = _ => null,
        CertificatesFolder = certificates ?? "/nonexistent/certs",
        HostName = "host",
        ExecutablePath = "/usr/bin/gantry",
        Version = Version,
    };

    public static GitLabEndpoint Endpoint(FakeCoordinator coordinator, string token = "glrt-fake-runner-token") =>
        new() { Url = coordinator.Url, Token = new Secret(token) };

    public static GitLabClient Client(
        FakeCoordinator coordinator, FakeTimeProvider time, RecordingLogger<GitLabClient>? logger = null, string token = "glrt-fake-runner-token") =>
        new(Endpoint(coordinator, token), Version, time, logger ?? new RecordingLogger<GitLabClient>());
}

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gantry-test-").FullName;

    public string File(string name, string? content = null)
    {
        var path = System.IO.Path.Combine(Path, name);
        if (content is not null)
        {
            System.IO.File.WriteAllText(path, content);
        }

        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
