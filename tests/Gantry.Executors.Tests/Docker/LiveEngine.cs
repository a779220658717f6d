using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Tests.Docker;

/// <summary>
/// The Docker Engine of this machine and the images of <c>eng/engine/images</c>. In CI a missing engine fails the test;
/// elsewhere the test is skipped with the command that would give one.
/// </summary>
public sealed class LiveEngine : IDisposable
{
    public const string Busybox = "gantry-test/busybox:latest";
    public const string BusyboxApp = "gantry-test/busybox-app:latest";
    public const string Web = "gantry-test/web:latest";
    public const string NoPorts = "gantry-test/noports:latest";
    public const string Healthy = "gantry-test/healthy:latest";
    public const string Entry = "gantry-test/entry:latest";
    public const string NoShell = "gantry-test/noshell:latest";

    private readonly EngineClient _client = new(new EngineDialer(EngineEndpoint.Default, TimeProvider.System), null);

    internal EngineClient Client => _client;

    /// <summary>Call first in every test that needs the engine.</summary>
    internal async Task<EngineClient> NeededAsync(CancellationToken cancellationToken)
    {
        string missing;
        try
        {
            if (await _client.Images.FindAsync(Busybox, null, cancellationToken) is not null)
            {
                return _client;
            }

            missing = "the test images are missing: run eng/engine/images";
        }
        catch (EngineException e)
        {
            missing = e.Message + " Run eng/engine/start.";
        }

        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(missing);
        }

        Assert.Skip(missing);
        return _client;
    }

    public void Dispose() => _client.Dispose();
}
