using System.Text.Json.Serialization;

namespace Gantry.Executors.Docker.Api;

/// <summary>Every shape that goes to or comes from an engine.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(EngineMessage))]
[JsonSerializable(typeof(EngineFacts))]
[JsonSerializable(typeof(ContainerSpec))]
[JsonSerializable(typeof(CreatedContainer))]
[JsonSerializable(typeof(ContainerDetails))]
[JsonSerializable(typeof(IReadOnlyList<ContainerLine>))]
[JsonSerializable(typeof(ContainerUse))]
[JsonSerializable(typeof(WaitAnswer))]
[JsonSerializable(typeof(ExecSpec))]
[JsonSerializable(typeof(ExecStart))]
[JsonSerializable(typeof(CreatedId))]
[JsonSerializable(typeof(ExecDetails))]
[JsonSerializable(typeof(ImageDetails))]
[JsonSerializable(typeof(PullMessage))]
[JsonSerializable(typeof(VolumeSpec))]
[JsonSerializable(typeof(VolumeDetails))]
[JsonSerializable(typeof(VolumeList))]
[JsonSerializable(typeof(DiskUsage))]
[JsonSerializable(typeof(NetworkSpec))]
[JsonSerializable(typeof(NetworkLine))]
[JsonSerializable(typeof(IReadOnlyList<NetworkLine>))]
[JsonSerializable(typeof(EngineEvent))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyList<string>>))]
internal sealed partial class EngineJson : JsonSerializerContext;
