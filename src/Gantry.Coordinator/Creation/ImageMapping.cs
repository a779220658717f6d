using System.Text.Json;
using System.Text.Json.Nodes;
using Gantry.Pipelines.Model;
using Gantry.Protocol.Jobs;

namespace Gantry.Coordinator.Creation;

/// <summary>Images and services in the words of the runner protocol.</summary>
internal static class ImageMapping
{
    public static JobImage Image(ImageModel image) => new()
    {
        Name = image.Name,
        Entrypoint = image.Entrypoint ?? [],
        PullPolicy = image.PullPolicy,
        Ports = [.. image.Ports.Select(port => new ImagePort { Number = port.Number, Protocol = port.Protocol, Name = port.Name ?? "" })],
        ExecutorOpts = Options(image),
    };

    public static JobImage Service(ServiceModel service) => Image(service.Image) with
    {
        Alias = service.Alias,
        Command = service.Command ?? [],
        Variables = [.. service.Variables.Select(variable => new JobVariable { Key = variable.Key, Value = variable.Value, Public = true, Raw = variable.IsRaw })],
    };

    private static JsonElement? Options(ImageModel image)
    {
        var options = new JsonObject();
        var docker = new JsonObject();
        if (image.DockerPlatform is { } platform)
        {
            docker["platform"] = platform;
        }

        if (image.DockerUser is { } user)
        {
            docker["user"] = user;
        }

        if (docker.Count > 0)
        {
            options["docker"] = docker;
        }

        if (image.KubernetesUser is { } kubernetesUser)
        {
            options["kubernetes"] = new JsonObject { ["user"] = kubernetesUser };
        }

        return options.Count > 0 ? JsonElement.Parse(options.ToJsonString()) : null;
    }
}
