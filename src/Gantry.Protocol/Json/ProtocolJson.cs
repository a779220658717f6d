using System.Text.Json;
using System.Text.Json.Serialization;
using Gantry.Protocol.Jobs;
using Gantry.Protocol.Runners;

namespace Gantry.Protocol.Json;

/// <summary>
/// The one JSON contract of the runner API v4: snake_case names, unknown keys ignored, keys matched without case,
/// null read as the zero value, a wrong type refused with <see cref="JsonException"/>.
/// Source: official-job-protocol §1.3. Thread-safe; use <c>ProtocolJson.Default.X</c>.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(GoStringConverter), typeof(GoBooleanConverter), typeof(GoInt32Converter), typeof(GoInt64Converter),
        typeof(GoDoubleConverter),
    ])]
[JsonSerializable(typeof(JobPayload))]
[JsonSerializable(typeof(JobRequest))]
[JsonSerializable(typeof(UpdateJobRequest))]
[JsonSerializable(typeof(RegisterRunnerRequest))]
[JsonSerializable(typeof(RegisterRunnerResponse))]
[JsonSerializable(typeof(VerifyRunnerRequest))]
[JsonSerializable(typeof(VerifyRunnerResponse))]
[JsonSerializable(typeof(UnregisterRunnerRequest))]
[JsonSerializable(typeof(UnregisterManagerRequest))]
[JsonSerializable(typeof(ResetTokenRequest))]
[JsonSerializable(typeof(ResetTokenResponse))]
[JsonSerializable(typeof(RouterDiscoveryResponse))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class ProtocolJson : JsonSerializerContext;
