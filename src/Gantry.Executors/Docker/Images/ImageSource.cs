using Gantry.Engine.Executors;
using Gantry.Engine.Traces;
using Gantry.Executors.Docker.Api;
using Gantry.Executors.Docker.Keeping;
using Gantry.Executors.Docker.Running;
using Gantry.Executors.Images;
using Gantry.Executors.Registries;
using Gantry.Protocol;

namespace Gantry.Executors.Docker.Images;

/// <summary>What is wanted of the engine.</summary>
/// <param name="Name">As the user wrote it, expanded.</param>
/// <param name="Policies">The job's own list; empty for the configuration's.</param>
/// <param name="Platform"><c>os/arch[/variant]</c>; empty for the engine's own.</param>
internal sealed record ImageWish(string Name, IReadOnlyList<string> Policies, string Platform);

/// <summary>One policy that did not give the image.</summary>
/// <param name="Policy">Which.</param>
/// <param name="Error">Why not.</param>
/// <param name="Credentials">What was shown to the registry; null when none was asked.</param>
internal sealed record PullTry(PullPolicy Policy, EngineException Error, string? Credentials);

/// <summary>Brings images to the engine by policy (official-executors §2.4), each one once per job.</summary>
internal sealed class ImageSource(DockerJob job, RegistryLogins logins)
{
    private const int NetworkTries = 3;

    private readonly Dictionary<string, ImageDetails> _used = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _shown = new(StringComparer.Ordinal);

    /// <exception cref="EnvironmentException">The image cannot be had; the text says by which policy and what would help.</exception>
    public async Task<ImageDetails> GetAsync(ImageWish wish, IJobLog log, CancellationToken cancellationToken)
    {
        var policies = PullPolicies.For(wish.Name, wish.Policies, job.Settings);
        log.Line($"Using effective pull policy of {policies} for container {wish.Name}");
        var tries = new List<PullTry>();
        for (var i = 0; i < policies.Policies.Count; i++)
        {
            if (i > 0)
            {
                log.Info($"Attempt #{i + 1}: Trying \"{PullPolicies.NameOf(policies.Policies[i])}\" pull policy");
            }

            try
            {
                var image = await TryAsync(wish, policies.Policies[i], log, cancellationToken);
                Announce(wish.Name, image, log);
                return image;
            }
            catch (EngineException e)
            {
                tries.Add(new PullTry(policies.Policies[i], e, CredentialsOf(wish.Name)));
                log.Warning($"Failed to pull image with policy \"{PullPolicies.NameOf(policies.Policies[i])}\": {e.Message}");
            }
        }

        throw await FailureAsync(wish, policies, tries, cancellationToken);
    }

    private async Task<ImageDetails> TryAsync(ImageWish wish, PullPolicy policy, IJobLog log, CancellationToken cancellationToken)
    {
        var local = await FindAsync(wish, cancellationToken);
        if (local is not null && (Used(wish)?.Id == local.Id || policy == PullPolicy.Never || local.Id == wish.Name || "sha256:" + wish.Name == local.Id))
        {
            return local;
        }

        if (policy == PullPolicy.Never)
        {
            throw EngineException.Refused(System.Net.HttpStatusCode.NotFound, $"No such image: {wish.Name}");
        }

        if (policy == PullPolicy.IfNotPresent && local is not null)
        {
            log.Line("Using locally found image version due to \"if-not-present\" pull policy");
            return local;
        }

        await PullAsync(wish, log, cancellationToken);
        var pulled = await FindAsync(wish, cancellationToken)
            ?? throw EngineException.Refused(System.Net.HttpStatusCode.NotFound, $"inspecting image \"{wish.Name}\" after pull: no such image");
        if (pulled.Id != local?.Id)
        {
            // What was there before is not the runner's to take away.
            job.Ledger.NotePull(job.EngineKey, wish.Name, pulled.Id);
        }

        return pulled;
    }

    private ImageDetails? Used(ImageWish wish)
    {
        lock (_used)
        {
            return _used.GetValueOrDefault(wish.Name);
        }
    }

    private Task<ImageDetails?> FindAsync(ImageWish wish, CancellationToken cancellationToken) =>
        job.Engine.Images.FindAsync(wish.Name, ImagePlatform.ToJson(wish.Platform), cancellationToken);

    private async Task PullAsync(ImageWish wish, IJobLog log, CancellationToken cancellationToken)
    {
        var login = await LoginAsync(wish.Name, cancellationToken);
        lock (_used)
        {
            _shown[wish.Name] = login is null ? "no credentials for this registry were found" : $"with credentials from {login.Source}";
        }

        if (login is not null)
        {
            log.Line($"Authenticating with credentials from {login.Source}");
        }

        log.Line(wish.Platform.Length > 0 ? $"Pulling docker image {wish.Name} for platform {wish.Platform} ..." : $"Pulling docker image {wish.Name} ...");
        var (reference, tag) = ImageName.Split(wish.Name);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var progress = new PullReport(log, job.Time);
                await foreach (var message in job.Engine.Images.PullAsync(
                    reference, tag, wish.Platform.Length > 0 ? wish.Platform : null, login?.ToHeader(), cancellationToken))
                {
                    progress.Take(message);
                }

                return;
            }
            catch (EngineException e) when (attempt < NetworkTries && PullFailures.Classify(e.Message) == FailureReason.RunnerExternalDependencyFailure)
            {
                log.Warning($"Failed to pull image \"{wish.Name}\" (attempt #{attempt}), retrying: {e.Message}");
            }

            await Task.Delay(TimeSpan.FromSeconds(Math.Min(10, 2 << (attempt - 1))), job.Time, cancellationToken);
        }
    }

    private async Task<RegistryLogin?> LoginAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            return await logins.FindAsync(image, job.Plan.Variables.Content("DOCKER_AUTH_CONFIG"), job.Plan.Payload.Credentials, cancellationToken);
        }
        catch (FormatException e)
        {
            throw EnvironmentException.Misconfigured(e.Message);
        }
    }

    private void Announce(string name, ImageDetails image, IJobLog log)
    {
        lock (_used)
        {
            _used[name] = image;
        }

        job.Ledger.NoteUse(job.EngineKey, EngineLedger.Image, name, image.Id);

        if (image.Id != name)
        {
            var digest = image.RepoDigests.Count > 0 ? $" with digest {image.RepoDigests[0]}" : "";
            log.Line($"Using docker image {image.Id} for {name}{digest} ...");
        }
    }

    /// <summary>Which login the last pull of this image showed; null when it has not come to that.</summary>
    private string? CredentialsOf(string image)
    {
        lock (_used)
        {
            return _shown.GetValueOrDefault(image);
        }
    }

    private async Task<EnvironmentException> FailureAsync(
        ImageWish wish, PullPolicies policies, IReadOnlyList<PullTry> tries, CancellationToken cancellationToken)
    {
        var last = tries[^1].Error;
        var text = $"failed to pull image \"{wish.Name}\" with specified policies {policies}: {last.Message}{PullAdvice.Tries(wish.Name, policies, tries)}";
        if (policies.Policies.All(policy => policy == PullPolicy.Never))
        {
            text += PullAdvice.ForMissingImage(wish.Name, policies);
        }
        else if (await LocalAsync(wish, cancellationToken) is { } local)
        {
            text += PullAdvice.ForLocalImage(wish.Name, local, policies, job.Settings);
        }
        else if (PullFailures.IsDenied(last.Message))
        {
            text += PullAdvice.ForDeniedPull(wish.Name);
        }

        return new EnvironmentException(PullFailures.Classify(last.Message), text, retriable: false, last);
    }

    private async Task<ImageDetails?> LocalAsync(ImageWish wish, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(wish, cancellationToken);
        }
        catch (EngineException)
        {
            // The pull's own error is what the user needs.
            return null;
        }
    }
}
