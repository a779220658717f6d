using System.Text.RegularExpressions;
using Gantry.Executors.Kubernetes.Pods;

namespace Gantry.Executors.Kubernetes.Settings;

/// <summary>Reads every text of the settings once, to find all mistakes at the same time.</summary>
internal static class SettingsCheck
{
    public static IReadOnlyList<KubernetesSettingProblem> Run(KubernetesSettings settings)
    {
        var found = new List<KubernetesSettingProblem>();
        foreach (var (key, text) in settings.Resources)
        {
            Check(key, () => Quantity.Parse(text));
        }

        Check("pull_policy", () => ImagePullPolicies.Read(settings.PullPolicy, "pull_policy"));
        Check("allowed_pull_policies", () => ImagePullPolicies.Read(settings.AllowedPullPolicies, "allowed_pull_policies"));
        Check("dns_policy", () => DnsPolicyOf(settings.DnsPolicy));
        Regexes(settings, Check);
        Contexts(settings, (key, problem) => found.Add(new KubernetesSettingProblem(key, problem)));
        Ids("allowed_users", settings.AllowedUsers);
        Ids("allowed_groups", settings.AllowedGroups);
        foreach (var volume in settings.Volumes.Where(volume => volume.MountPath.Length == 0 || volume.Name.Length == 0))
        {
            found.Add(new KubernetesSettingProblem($"volumes.{volume.Kind}", "a volume needs a name and a mount_path"));
        }

        foreach (var patch in settings.PodSpec)
        {
            Check($"pod_spec \"{patch.Name}\"", patch.CheckForm);
        }

        if (settings.CertFile.Length > 0 && (settings.KeyFile.Length == 0 || settings.CaFile.Length == 0))
        {
            found.Add(new KubernetesSettingProblem("cert_file", "key_file and ca_file must be set as well"));
        }

        return found;

        void Ids(string key, IReadOnlyList<string> ids)
        {
            foreach (var id in ids.Where(id => ContainerUser.Parse(id) is null))
            {
                found.Add(new KubernetesSettingProblem(key, $"\"{id}\" is no number and fits nobody"));
            }
        }

        void Check(string key, Func<object?> read)
        {
            try
            {
                read();
            }
            catch (FormatException e)
            {
                found.Add(new KubernetesSettingProblem(key, e.Message));
            }
        }
    }

    /// <summary>As the pod has it; null: the cluster's default.</summary>
    /// <exception cref="FormatException">Another word.</exception>
    public static string? DnsPolicyOf(string text) => text switch
    {
        "" => null,
        "none" => "None",
        "default" => "Default",
        "cluster-first" => "ClusterFirst",
        "cluster-first-with-host-net" => "ClusterFirstWithHostNet",
        _ => throw new FormatException($"unsupported kubernetes-dns-policy: \"{text}\": use none, default, cluster-first or cluster-first-with-host-net"),
    };

    /// <exception cref="FormatException">It is no expression.</exception>
    public static Regex RegexOf(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"\"{text}\" is no regular expression: {e.Message}", e);
        }
    }

    private static void Regexes(KubernetesSettings settings, Action<string, Func<object?>> check)
    {
        check("namespace_overwrite_allowed", () => RegexOf(settings.NamespaceOverwriteAllowed));
        check("service_account_overwrite_allowed", () => RegexOf(settings.ServiceAccountOverwriteAllowed));
        check("node_selector_overwrite_allowed", () => RegexOf(settings.NodeSelectorOverwriteAllowed));
        check("node_tolerations_overwrite_allowed", () => RegexOf(settings.NodeTolerationsOverwriteAllowed));
        check("pod_labels_overwrite_allowed", () => RegexOf(settings.PodLabelsOverwriteAllowed));
        check("pod_annotations_overwrite_allowed", () => RegexOf(settings.PodAnnotationsOverwriteAllowed));
    }

    private static void Contexts(KubernetesSettings settings, Action<string, string> problem)
    {
        foreach (var (key, context) in new[]
        {
            ("pod_security_context", settings.PodSecurityContext),
            ("build_container_security_context", settings.BuildSecurityContext),
            ("service_container_security_context", settings.ServiceSecurityContext),
        })
        {
            if (context.Seccomp?.Problem is { } seccomp)
            {
                problem($"{key}.seccomp_profile", seccomp);
            }

            if (context.AppArmor?.Problem is { } armor)
            {
                problem($"{key}.app_armor_profile", armor);
            }

            if (context.ProcMount.Trim().ToLowerInvariant() is not ("" or "default" or "unmasked"))
            {
                problem($"{key}.proc_mount", $"\"{context.ProcMount}\" is not known: use default or unmasked");
            }
        }
    }
}
