using Gantry.Engine.Executors;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Guests;
using Gantry.Executors.Docker.Running;

namespace Gantry.Executors.Docker;

/// <summary>Looks whether an engine works, for <c>gantry doctor</c>. Leaves nothing behind.</summary>
public sealed class EngineProbe(DockerSettings settings, DockerSurroundings surroundings, TimeProvider time) : IDisposable
{
    private readonly Lazy<EngineClient> _engine = new(() => EngineConnector.Open(settings, surroundings, time));

    /// <summary>The engine's version and storage, or what is wrong.</summary>
    public async Task<(string? Facts, string? Problem)> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            var facts = await _engine.Value.FactsAsync(cancellationToken);
            Guest.Of(settings).Check(facts.OSType, shell: null);
            return ($"{facts.ServerVersion} on {_engine.Value.Endpoint} ({facts.OSType}/{facts.Architecture}, {facts.Driver})", null);
        }
        catch (Exception problem) when (problem is EngineException or EnvironmentException)
        {
            return (null, problem.Message);
        }
    }

    /// <summary>The engine has the image already.</summary>
    public async Task<bool> HasImageAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            return await _engine.Value.Images.FindAsync(image, null, cancellationToken) is not null;
        }
        catch (Exception problem) when (problem is EngineException or EnvironmentException)
        {
            return false;
        }
    }

    /// <summary>Looks up a name inside a container of an image that is there.</summary>
    /// <param name="image">With a shell.</param>
    /// <param name="host">The name.</param>
    /// <param name="shell">Of the entry; null for the executor's own.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Null: found.</returns>
    public async Task<string?> ResolveAsync(string image, string host, string? shell, CancellationToken cancellationToken)
    {
        string? id = null;
        var containers = _engine.Value.Containers;
        try
        {
            var (entrypoint, command) = Guest.Of(settings).LookUp(host, shell);
            var created = await containers.CreateAsync(
                null, null,
                new ContainerSpec
                {
                    Image = image,
                    Entrypoint = entrypoint,
                    Cmd = command,
                    HostConfig = new HostSpec { NetworkMode = settings.NetworkMode.Length > 0 ? settings.NetworkMode : null, Dns = settings.Dns, ExtraHosts = settings.ExtraHosts },
                },
                cancellationToken);
            id = created.Id;
            using var exit = await containers.WaitAsync(id, "next-exit", cancellationToken);
            await containers.StartAsync(id, cancellationToken);
            var answer = await exit.AnswerAsync(cancellationToken);
            return answer.StatusCode == 0 ? null : $"a container of {image} cannot look up {host}";
        }
        catch (EngineException problem)
        {
            return problem.Message;
        }
        finally
        {
            if (id is not null)
            {
                await containers.RemoveAsync(id, volumes: true, CancellationToken.None);
            }
        }
    }

    public void Dispose()
    {
        if (_engine.IsValueCreated)
        {
            _engine.Value.Dispose();
        }
    }
}
