using System.Security.Cryptography.X509Certificates;
using Gantry.Coordinator.Access;
using Gantry.Coordinator.Artifacts;
using Gantry.Coordinator.Creation;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Git.Import;
using Gantry.Coordinator.Http;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.RestApi;
using Gantry.Coordinator.RunnerApi;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Traces;
using Gantry.Coordinator.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gantry.Coordinator;

/// <summary>
/// A running server: git hosting, pipelines, runner API, REST and pages on one address. Build, start, stop, dispose, in this
/// order and once each. The data directory belongs to one host at a time.
/// </summary>
public sealed class CoordinatorHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CoordinatorServices _services;
    private readonly Housekeeping _housekeeping;
    private readonly BridgeWorker _bridges;

    private CoordinatorHost(WebApplication app, CoordinatorServices services, Housekeeping housekeeping)
    {
        _app = app;
        _services = services;
        _housekeeping = housekeeping;
        _bridges = new BridgeWorker(services, services.Loggers.CreateLogger<BridgeWorker>());
    }

    /// <summary>Where users, runners and jobs reach the server; known once started.</summary>
    public string Url => _services.Address.Url;

    /// <summary>A file, readable by its owner only, with the first personal access token of the instance's owner.</summary>
    public string RootTokenFile => new DataFolder(_services.Settings.DataDirectory).RootToken;

    /// <summary>
    /// The address that sets the owner's password, once, within a day; null when there is a password, or when nobody needs one.
    /// Known once started; a new start makes a new one. A secret.
    /// </summary>
    public string? OwnerLink { get; private set; }

    internal CoordinatorServices Services => _services;

    /// <summary>Every address that is answered, for the tests of who may what.</summary>
    internal IEnumerable<RouteEndpoint> Endpoints => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    /// <summary>
    /// Opens the data directory and puts everything together; nothing listens yet. Throws <see cref="StoreVersionException"/> for
    /// data of a newer version, <see cref="ArgumentException"/> for settings that do not go together, and <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> for a folder that cannot be used.
    /// </summary>
    /// <param name="settings">Address, folder, limits.</param>
    /// <param name="loggers">Where the log goes; not disposed.</param>
    public static CoordinatorHost Build(CoordinatorSettings settings, ILoggerFactory loggers)
    {
        if (settings.Problems().ToList() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join('\n', problems), nameof(settings));
        }

        var builder = ListeningOn(settings.ListenUrl, loggers);
        UseTls(builder, settings);
        var app = builder.Build();

        var services = Compose(settings, loggers);
        Route(app, services, loggers);
        return new CoordinatorHost(app, services, new Housekeeping(services, loggers.CreateLogger<Housekeeping>()));
    }

    /// <summary>Listens; from here on requests are answered. Throws <see cref="IOException"/> when the address is taken.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await FirstStart.PrepareAsync(_services, new DataFolder(_services.Settings.DataDirectory).RootToken, cancellation);
        await _app.StartAsync(cancellation);
        var listening = _app.Urls.First();
        _services.Address.Listening(listening.Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));
        OwnerLink = await FirstStart.OwnerLinkAsync(_services, cancellation) is { } path ? Url + path : null;
        await _services.Creator.ResumeAsync(cancellation);
        _bridges.Start();
        _housekeeping.Start();
    }

    /// <summary>Answers what is under way, lets waiting runners go, and stops listening.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await _bridges.StopAsync();
        await _housekeeping.StopAsync();
        await _app.StopAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _bridges.DisposeAsync();
        await _housekeeping.DisposeAsync();
        await _app.DisposeAsync();
        _services.Traces.Dispose();
        _services.SigningKey.Dispose();
        _services.Database.Dispose();
    }

    /// <summary>Opens the data directory and puts the rooms together; the caller disposes database and traces.</summary>
    internal static CoordinatorServices Compose(CoordinatorSettings settings, ILoggerFactory loggers)
    {
        var feed = new ChangeFeed();
        return Compose(settings, loggers, feed, Database.Open(new DataFolder(settings.DataDirectory).Database, feed));
    }

    /// <summary>On a store that is open already, whose commits the feed is told of.</summary>
    internal static CoordinatorServices Compose(CoordinatorSettings settings, ILoggerFactory loggers, ChangeFeed feed, Database database)
    {
        var clock = settings.Clock;
        var folder = new DataFolder(settings.DataDirectory);
        var address = new ServerAddress(settings.ExternalUrl);
        var repositories = new Repositories(folder.Repositories, new GitProgram()) { Ephemeral = settings.Ephemeral };
        var artifacts = new ArtifactFiles(folder.Artifacts, folder.Uploads);
        artifacts.EmptyUploads();
        var lifecycle = new JobLifecycle(new PipelineCourse(clock), clock);
        var signing = new SigningKey(folder.SigningKey);
        var payloads = new PayloadBuilder(new PayloadVariables(new IdTokens(signing, address, clock), address, clock), address, clock);
        var creator = new PipelineCreator(database, repositories, artifacts, lifecycle, address, clock) { Elsewhere = settings.Includes };
        var pushes = new PushHandler(database, repositories, creator, loggers.CreateLogger<PushHandler>());
        return new CoordinatorServices
        {
            Settings = settings,
            Clock = clock,
            Address = address,
            Database = database,
            Changes = feed,
            Traces = new TraceStore(folder.Traces, durable: !settings.Ephemeral),
            Artifacts = artifacts,
            Caches = new CacheFiles(folder.Caches),
            Repositories = repositories,
            SigningKey = signing,
            Authentication = new Authentication(database, clock),
            SignIn = new SignIn(database, clock),
            Pushes = pushes,
            Imports = new RepositoryImport(repositories),
            Committing = new Committing(database, repositories, new CommitWriter(repositories, clock), pushes),
            Schedules = new ScheduleRunner(database, repositories, creator, clock, loggers.CreateLogger<ScheduleRunner>()),
            Signal = new QueueSignal(feed, clock),
            Queue = new JobQueue(database, feed, new Assignment(lifecycle, payloads, clock)),
            Heartbeats = new RunnerHeartbeats(database, feed, clock),
            Lifecycle = lifecycle,
            Actions = new JobActions(database, lifecycle),
            Creator = creator,
            Loggers = loggers,
        };
    }

    private static void Route(WebApplication app, CoordinatorServices services, ILoggerFactory loggers)
    {
        var git = new GitEndpoint(
            services.Database, services.Authentication, services.Repositories, services.Pushes.HandleAsync, loggers.CreateLogger<GitEndpoint>());
        app.Use(async (HttpContext http, RequestDelegate next) =>
        {
            if (!await git.TryHandleAsync(http))
            {
                await next(http);
            }
        });
        app.UseWebSockets();
        app.UseRouting();
        app.MapGet("/-/health", HealthAsync);
        app.MapGet("/-/liveness", HealthAsync);
        app.MapGet("/-/readiness", HealthAsync);
        var api = new ApiRoutes(app, services.Authentication);
        RunnerApiRoutes.Map(api, services);
        RestApiRoutes.Map(api, services);
        api.MapUnknown();
        DiscoveryEndpoints.Map(app, services);
        new CacheEndpoints(services).Map(app);
        app.MapWeb(services);
    }

    private static Task HealthAsync(HttpContext http)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        return http.Response.WriteAsync("Gantry OK\n", http.RequestAborted);
    }

    private static void UseTls(WebApplicationBuilder builder, CoordinatorSettings settings)
    {
        if (settings is not { TlsCertificate: { } certificate, TlsKey: { } key })
        {
            return;
        }

        var own = X509Certificate2.CreateFromPemFile(certificate, key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(certificate);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options => options.ConfigureHttpsDefaults(tls =>
        {
            tls.ServerCertificate = own;
            tls.ServerCertificateChain = chain;
        }));
    }

    /// <summary>What every host of pages is made with.</summary>
    internal static WebApplicationBuilder ListeningOn(string url, ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseUrls(url);
        builder.WebHost.ConfigureKestrel(Limit);
        return builder;
    }

    private static void Limit(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = 32 * 1024 * 1024;
        // Runners hold requests open and stream logs slowly; these are not attacks.
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
    }
}
