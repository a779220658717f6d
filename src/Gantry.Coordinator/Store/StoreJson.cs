using System.Text.Json.Serialization;
using Gantry.Pipelines.Variables;
using Gantry.Protocol.Runners;

namespace Gantry.Coordinator.Store;

/// <summary>Documents kept inside columns. Unknown keys of a newer version are ignored.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobDefinition))]
[JsonSerializable(typeof(RunnerFeatures))]
[JsonSerializable(typeof(PipelineFacts))]
[JsonSerializable(typeof(TestSuite))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class StoreJson : JsonSerializerContext;
