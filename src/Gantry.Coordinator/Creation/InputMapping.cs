using System.Text.Json;
using Gantry.Pipelines.Model;
using Gantry.Protocol.Jobs;

namespace Gantry.Coordinator.Creation;

/// <summary>A job's inputs with their default values, in the words of the runner protocol.</summary>
internal static class InputMapping
{
    public static JobInput Input(JobInputModel input) => new()
    {
        Key = input.Name,
        Value = new JobInputValue { Type = input.Type, Content = JsonElement.Parse(input.Default.ToJson()) },
    };
}
