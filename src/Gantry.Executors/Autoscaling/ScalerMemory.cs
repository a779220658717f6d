using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace Gantry.Executors.Autoscaling;

/// <summary>
/// <c>[runners.autoscaler.state_storage]</c>: what a process knows of its instances, in a file for the next one. Nothing when it is off.
/// Thread-safe.
/// </summary>
internal sealed partial class ScalerMemory(string? path, ILogger logger)
{
    private readonly Lock _gate = new();
    private string _written = "";

    public static ScalerMemory Of(ScalerSettings settings, ILogger logger) =>
        new(settings.State.IsEnabled ? Path.Combine(settings.State.Folder, settings.ShortToken, "instances.json") : null, logger);

    public IReadOnlyDictionary<string, RememberedInstance> Read()
    {
        try
        {
            return path is not null && File.Exists(path)
                ? JsonSerializer.Deserialize(File.ReadAllText(path), MemoryJson.Default.DictionaryStringRememberedInstance) ?? []
                : new Dictionary<string, RememberedInstance>();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            Log.NotRead(logger, path!, e.Message);
            return new Dictionary<string, RememberedInstance>();
        }
    }

    public void Write(ScalerBook book)
    {
        if (path is null)
        {
            return;
        }

        lock (_gate)
        {
            if (book.Remember() is not { } known)
            {
                return;
            }

            var text = JsonSerializer.Serialize(new Dictionary<string, RememberedInstance>(known), MemoryJson.Default.DictionaryStringRememberedInstance);
            if (text == _written)
            {
                return;
            }

            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path + ".new", text);
                File.Move(path + ".new", path, overwrite: true);
                _written = text;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.NotWritten(logger, path, e.Message);
            }
        }
    }

    [JsonSerializable(typeof(Dictionary<string, RememberedInstance>))]
    private sealed partial class MemoryJson : JsonSerializerContext;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The autoscaler's state {Path} cannot be read, its instances are removed for safety: {Why}")]
        public static partial void NotRead(ILogger logger, string path, string why);

        [LoggerMessage(LogLevel.Warning, "The autoscaler's state {Path} cannot be written: {Why}")]
        public static partial void NotWritten(ILogger logger, string path, string why);
    }
}
