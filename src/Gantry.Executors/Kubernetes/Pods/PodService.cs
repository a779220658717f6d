using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Images;
using Gantry.Protocol;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Kubernetes.Pods;

/// <summary>One service of a job: a container beside the build container, on the same network.</summary>
internal sealed record PodService
{
    /// <summary>Of its container.</summary>
    public required string Container { get; init; }

    public required string Image { get; init; }

    /// <summary>As the user wrote them.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>The service's own, as written.</summary>
    public IReadOnlyList<JobVariable> Own { get; init; } = [];

    /// <summary>All that its container sees.</summary>
    public IReadOnlyList<JobVariable> Variables { get; init; } = [];

    public IReadOnlyList<string> PullPolicy { get; init; } = [];
    public IReadOnlyList<ImagePort> Ports { get; init; } = [];

    /// <summary><c>services:kubernetes:user</c>.</summary>
    public string User { get; init; } = "";

    /// <summary>Services of the configuration first, then the job's; only the job's are checked against the list.</summary>
    /// <param name="settings">The configuration.</param>
    /// <param name="plan">The job.</param>
    /// <param name="refuse">Told each line for the user when an image is not allowed.</param>
    /// <exception cref="EnvironmentException">One is not allowed.</exception>
    public static IReadOnlyList<PodService> Collect(KubernetesSettings settings, JobPlan plan, Action<string> refuse)
    {
        var drafts = settings.Services.Select(service => Draft(service, plan)).ToList();
        var own = drafts.Select(draft => draft.Image).ToList();
        foreach (var service in plan.Services)
        {
            var draft = Draft(service, plan);
            if (!AllowedImages.IsAllowed(draft.Image, settings.AllowedServices, own))
            {
                foreach (var line in AllowedImages.Refusal("services", draft.Image, settings.AllowedServices))
                {
                    refuse(line);
                }

                throw new EnvironmentException(FailureReason.RunnerSystemFailure, "disallowed image", retriable: false);
            }

            drafts.Add(draft);
        }

        var taken = new HashSet<string>(StringComparer.Ordinal) { PodRecipe.BuildContainer };
        var named = drafts.Where(draft => draft.Image.Length > 0).ToList();
        return [.. named.Select((draft, i) => draft with { Container = NameOf(draft.Aliases, i, taken) }).OrderBy(service => service.Container, StringComparer.Ordinal)];
    }

    /// <summary>Names under which the build finds it; those of the image only as far as they are host names.</summary>
    /// <exception cref="EnvironmentException">An alias of the user is none.</exception>
    public IEnumerable<string> HostNames()
    {
        if (Aliases.FirstOrDefault(alias => !DnsName.IsSubdomain(alias)) is { } wrong)
        {
            throw EnvironmentException.Misconfigured(
                $"provided host alias {wrong} for service {Image} is invalid DNS. An alias consists of lower case letters, digits, '-' or '.', and begins and ends with a letter or digit");
        }

        return Ports.Count > 0 ? [] : ServiceName.Parse(Image).Aliases.Where(DnsName.IsSubdomain).Concat(Aliases);
    }

    /// <summary>The first alias that can be a container's name and is free, else a number.</summary>
    private static string NameOf(IReadOnlyList<string> aliases, int index, HashSet<string> taken)
    {
        if (aliases.FirstOrDefault(alias => DnsName.IsLabel(alias) && alias is not "helper" && !alias.StartsWith("svc-", StringComparison.Ordinal) && taken.Add(alias)) is { } alias)
        {
            return alias;
        }

        var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"svc-{index}");
        taken.Add(name);
        return name;
    }

    private static PodService Draft(ServiceSettings service, JobPlan plan)
    {
        IReadOnlyList<JobVariable> own = [.. service.Environment.Select(pair => pair.Split('=', 2)).Select(pair =>
            new JobVariable { Key = pair[0], Value = pair.Length == 2 ? pair[1] : "", Public = true })];
        return new PodService
        {
            Container = "",
            Image = plan.Variables.ExpandValue(service.Name),
            Aliases = ServiceName.Split(plan.Variables.ExpandValue(service.Alias)),
            Command = service.Command,
            Entrypoint = service.Entrypoint,
            Own = own,
            Variables = plan.Variables.ForService(own),
        };
    }

    private static PodService Draft(PlannedService service, JobPlan plan) => new()
    {
        Container = "",
        Image = service.Image.Name,
        Aliases = service.Aliases,
        Command = service.Image.Command,
        Entrypoint = service.Image.Entrypoint,
        Own = service.Image.Variables,
        Variables = service.Variables,
        PullPolicy = service.Image.PullPolicy,
        Ports = service.Image.Ports,
        User = ImageUser.Of(service.Image, plan.Variables.ExpandValue),
    };
}
