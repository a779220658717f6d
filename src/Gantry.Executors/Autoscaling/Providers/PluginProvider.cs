using System.Text.Json;
using Gantry.Engine;
using Gantry.Engine.Plans;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Autoscaling.Providers;

/// <summary>Instances behind a plugin of Gantry's own protocol (docs/autoscaling.md). A plugin that ended is started anew by the next call. Thread-safe.</summary>
internal sealed class PluginProvider : IInstanceProvider
{
    /// <summary>Of the protocol.</summary>
    private const int Version = 1;

    /// <summary>For one call.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(30);

    private readonly ScalerSettings _settings;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private PluginProcess? _process;

    private PluginProvider(ScalerSettings settings, string path, TimeProvider time, ILogger logger) =>
        (_settings, _path, _time, _logger) = (settings, path, time, logger);

    public ProviderTraits Traits { get; private set; } = new("plugin", 0);

    /// <summary>The process has ended.</summary>
    public bool IsOver => _process is { IsOver: true };

    /// <exception cref="ProviderException">There is no such plugin, or it does not start.</exception>
    public static async Task<PluginProvider> StartAsync(
        ScalerSettings settings, ProviderSurroundings surroundings, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var found = PluginSearch.Find(settings.Plugin, surroundings);
        var provider = new PluginProvider(settings, found.Path ?? throw new ProviderException(found.Missing(settings.Plugin)), time, logger);
        try
        {
            await provider.ProcessAsync(cancellationToken);
            return provider;
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    public async Task<IReadOnlyList<ProvidedInstance>> UpdateAsync(CancellationToken cancellationToken)
    {
        var result = await CallAsync("update", _ => { }, cancellationToken);
        if (!result.TryGetProperty("instances", out var instances) || instances.ValueKind != JsonValueKind.Array)
        {
            throw Wrong("update", "the result must have a list `instances`");
        }

        return [.. instances.EnumerateArray().Select(one => new ProvidedInstance(
            Text(one, "id") is { Length: > 0 } id ? id : throw Wrong("update", "an instance has no `id`"), PhaseOf(Text(one, "state"))))];
    }

    public async Task<int> IncreaseAsync(int count, CancellationToken cancellationToken)
    {
        var result = await CallAsync("increase", writer => writer.WriteNumber("count", count), cancellationToken);
        return Number(result, "count") ?? throw Wrong("increase", "the result must have a number `count`");
    }

    public Task DecreaseAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) => CallAsync("decrease", writer =>
    {
        writer.WriteStartArray("ids");
        foreach (var id in ids)
        {
            writer.WriteStringValue(id);
        }

        writer.WriteEndArray();
    }, cancellationToken);

    public async Task<InstanceAccess> AccessAsync(string id, CancellationToken cancellationToken)
    {
        var result = await CallAsync("connect_info", writer => writer.WriteString("id", id), cancellationToken);
        return new InstanceAccess
        {
            InternalAddress = Address(result, "internal_addr"),
            ExternalAddress = Address(result, "external_addr"),
            Port = Number(result, "protocol_port") ?? 0,
            Protocol = Text(result, "protocol"),
            System = Text(result, "os"),
            User = Text(result, "username"),
            Password = new Secret(Text(result, "password")),
            Key = new Secret(Text(result, "key")),
            KeyPath = Text(result, "key_path"),
            KeepAlive = Duration(result, "keepalive"),
            Timeout = Duration(result, "timeout"),
            HostKeys = result.TryGetProperty("host_keys", out var keys) && keys.ValueKind == JsonValueKind.Array
                ? [.. keys.EnumerateArray().Where(key => key.ValueKind == JsonValueKind.String).Select(key => key.GetString()!.Trim())]
                : [],
        };
    }

    public Task HeartbeatAsync(string id, CancellationToken cancellationToken) =>
        CallAsync("heartbeat", writer => writer.WriteString("id", id), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_process is { IsOver: false } process)
        {
            using var limit = new CancellationTokenSource(ShutdownLimit, _time);
            try
            {
                await process.CallAsync("shutdown", _ => { }, limit.Token);
            }
            catch (Exception e) when (e is ProviderException or OperationCanceledException)
            {
                // It is ended all the same.
            }
        }

        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _starting.Dispose();
    }

    private async Task<JsonElement> CallAsync(string method, Action<Utf8JsonWriter> parameters, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(AnswerLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await (await ProcessAsync(either.Token)).CallAsync(method, parameters, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException($"{Traits.Id} did not answer within {GoDuration.Format(AnswerLimit)}", e);
        }
    }

    private async Task<PluginProcess> ProcessAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_process is { IsOver: false } running)
            {
                return running;
            }

            if (_process is not null)
            {
                await _process.DisposeAsync();
            }

            _process = null;
            return _process = await BeginAsync(cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<PluginProcess> BeginAsync(CancellationToken cancellationToken)
    {
        var process = PluginProcess.Start(_path, _logger, _time);
        try
        {
            var result = await process.CallAsync("init", WriteSettings, cancellationToken);
            if (Number(result, "protocol") != Version)
            {
                throw Wrong("init", $"the result must have \"protocol\": {Version}");
            }

            Traits = new ProviderTraits(Text(result, "id") is { Length: > 0 } id ? id : Path.GetFileName(_path), Math.Max(0, Number(result, "max_size") ?? 0));
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    private void WriteSettings(Utf8JsonWriter writer)
    {
        var connector = _settings.Connector;
        writer.WriteNumber("protocol", Version);
        writer.WriteString("runner", _settings.ShortToken);
        writer.WritePropertyName("plugin_config");
        WriteValue(writer, _settings.PluginConfig);
        writer.WriteStartObject("connector_config");
        writer.WriteString("os", connector.System);
        writer.WriteString("arch", connector.Architecture);
        writer.WriteString("protocol", connector.Protocol.Length > 0 ? connector.Protocol : "ssh");
        writer.WriteNumber("protocol_port", connector.Port);
        writer.WriteString("username", connector.User);
        writer.WriteString("password", connector.Password.Reveal());
        writer.WriteString("key_path", connector.KeyPath);
        writer.WriteBoolean("use_static_credentials", connector.UsesStaticCredentials);
        writer.WriteBoolean("use_external_addr", connector.PrefersExternalAddress);
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, object value)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, object> table:
                writer.WriteStartObject();
                foreach (var (key, inner) in table)
                {
                    writer.WritePropertyName(key);
                    WriteValue(writer, inner);
                }

                writer.WriteEndObject();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double fraction:
                writer.WriteNumberValue(fraction);
                break;
            case System.Collections.IEnumerable list:
                writer.WriteStartArray();
                foreach (var inner in list)
                {
                    WriteValue(writer, inner);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(value.ToString());
                break;
        }
    }

    private InstancePhase PhaseOf(string state) => state switch
    {
        "creating" => InstancePhase.Creating,
        "running" => InstancePhase.Running,
        "deleting" => InstancePhase.Deleting,
        "deleted" => InstancePhase.Gone,
        "timeout" => InstancePhase.Failed,
        _ => throw Wrong("update", $"the state \"{state}\" is none of creating, running, deleting, deleted, timeout"),
    };

    private string Address(JsonElement result, string name) => Text(result, name) is var text && HostAddress.TryParse(text, out _) ? text
        : throw Wrong("connect_info", $"`{name}` is \"{text}\": it must be a host, or host:port");

    private TimeSpan? Duration(JsonElement result, string name) => Text(result, name) is not { Length: > 0 } text ? null
        : GoDuration.TryParse(text, out var duration) && duration > TimeSpan.Zero ? duration
        : throw Wrong("connect_info", $"`{name}` is \"{text}\": it must be a duration such as 30s");

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static int? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    private ProviderException Wrong(string method, string what) => new($"plugin {Path.GetFileName(_path)}: {method}: {what}");
}
