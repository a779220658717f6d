using System.Globalization;

namespace Gantry.Executors.Kubernetes.Settings;

/// <summary>Who a container runs as; null: whoever the image says.</summary>
/// <param name="Uid">Of the user.</param>
/// <param name="Gid">Of the group.</param>
internal readonly record struct ContainerUser(long? Uid, long? Gid)
{
    /// <summary>The operator's contexts count before the job's wish, which must be on the lists where there are any (official-executors §14.5).</summary>
    /// <param name="container">For messages.</param>
    /// <param name="job"><c>image:kubernetes:user</c>: <c>uid[:gid]</c>; empty: none.</param>
    /// <param name="own">Of the container.</param>
    /// <param name="settings">The pod's context, and the lists.</param>
    /// <param name="warn">Told what is not followed.</param>
    public static ContainerUser Of(string container, string job, SecurityContext own, KubernetesSettings settings, Action<string> warn)
    {
        var parts = job.Split(':', 2);
        var (user, group) = (parts[0], parts.Length == 2 ? parts[1] : "");
        return new ContainerUser(
            One(new Kind("user", "UID", "uid"), container, user, (own.RunAsUser, settings.PodSecurityContext.RunAsUser), settings.AllowedUsers, warn),
            One(new Kind("group", "GID", "gid"), container, group, (own.RunAsGroup, settings.PodSecurityContext.RunAsGroup), settings.AllowedGroups, warn));
    }

    /// <summary>0 needs to be on the list; entries that are no numbers fit nobody.</summary>
    public static bool IsAllowed(long id, IReadOnlyList<string> allowed) =>
        allowed.Count == 0 ? id != 0 : allowed.Any(entry => Parse(entry) == id);

    /// <summary>Digits only.</summary>
    public static long? Parse(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static long? One(
        Kind kind, string container, string wish, (long? Container, long? Pod) configured, IReadOnlyList<string> allowed, Action<string> warn)
    {
        if ((configured.Container ?? configured.Pod) is { } fixedId)
        {
            if (wish.Length > 0 && Parse(wish) != fixedId)
            {
                var where = configured.Container is not null ? "container" : "pod";
                warn(string.Create(CultureInfo.InvariantCulture,
                    $"Overriding {kind.Name} for container \"{container}\" to \"{wish}\" is not allowed: {kind.Name} is set to {fixedId} in {where} security context"));
            }

            return fixedId;
        }

        if (wish.Length == 0)
        {
            return null;
        }

        if (Parse(wish) is not { } id)
        {
            var why = wish.StartsWith('-') ? $"failed to parse {kind.Title}: negative values not allowed" : $"failed to parse {kind.Title}: \"{wish}\" is no number";
            warn($"Error parsing '{kind.Key}' from image options for container \"{container}\", using the configured security context: {why}");
            return null;
        }

        if (!IsAllowed(id, allowed))
        {
            warn(string.Create(CultureInfo.InvariantCulture,
                $"Overriding {kind.Name} for container \"{container}\" is not allowed: {kind.Name} \"{id}\" is not in the allowed list: [{string.Join(' ', allowed)}]"));
            return null;
        }

        return id;
    }

    private readonly record struct Kind(string Name, string Title, string Key);
}
