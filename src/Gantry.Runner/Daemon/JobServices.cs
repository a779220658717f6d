using Gantry.Engine.Stages;
using Gantry.Runner.Caches;
using Gantry.Runner.Clouds;
using Gantry.Runner.Configuration;
using Gantry.Runner.Links;
using Gantry.Runner.Secrets;

namespace Gantry.Runner.Daemon;

/// <summary>What the jobs of a process share besides capacity: connections to clouds, and what is fetched or kept there.</summary>
internal sealed class JobServices : IDisposable
{
    private readonly ServiceHttp _http;

    public JobServices(RunnerDaemonOptions options)
        : this(options.Time, options.Context, options.Transfers)
    {
    }

    public JobServices(TimeProvider time, SettingsContext context, Func<ServiceHttp, IFileTransfers>? transfers)
    {
        Time = time;
        _http = new ServiceHttp(time);
        var cloud = new CloudContext(_http, time, context.Environment);
        Caches = new CacheStorages(cloud);
        Secrets = new SecretResolver(cloud);
        Transfers = transfers?.Invoke(_http);
    }

    public TimeProvider Time { get; }

    public CacheStorages Caches { get; }

    public SecretResolver Secrets { get; }

    /// <summary>Null: helper commands in the place.</summary>
    public IFileTransfers? Transfers { get; }

    public void Dispose()
    {
        Caches.Dispose();
        Secrets.Dispose();
        _http.Dispose();
    }
}
