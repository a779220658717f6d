using Gantry.Engine.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Sources;

/// <summary>What the pieces of the git script have in common: the job, its remote, and the paths beside the checkout.</summary>
internal sealed class SourceContext(JobPlan plan, string? correlationId)
{
    /// <summary>Exported path of the file with credentials; scripts of the user reach it through <c>include.path</c> (trap 20).</summary>
    public const string ExternalConfigVariable = "GLR_EXT_GIT_CONFIG_PATH";

    private const string ExternalConfigName = ".gitlab-runner.ext.conf";

    public JobPlan Plan { get; } = plan;
    public GitRemote Remote { get; } = GitRemote.Of(plan);
    public string? CorrelationId { get; } = correlationId;
    public string Project => Plan.Folders.Project;
    public string Template => GuestPath.Join(Plan.Folders.Temporary, "git-template");
    public string TemplateConfig => GuestPath.Join(Template, "config");
    public string ExternalConfig => GuestPath.Join(Plan.Folders.Temporary, ExternalConfigName);
    public string SeedConfig => GuestPath.Join(Plan.Folders.Temporary, ".glr.gconf");

    /// <summary>Finds the include of <see cref="ExternalConfig"/> whatever folder it was written for.</summary>
    public string ExternalConfigPattern => ExternalConfigName.Replace(".", "\\.", StringComparison.Ordinal) + "$";

    public bool HasSubmodules => Plan.Settings.Submodules is SubmoduleStrategy.Normal or SubmoduleStrategy.Recursive;

    public bool Fetches => Plan.Settings.Strategy is GitStrategy.Fetch or GitStrategy.Clone;

    /// <summary>Server TLS files the job has: git's setting and the variable with the path.</summary>
    public IEnumerable<(string Key, string Variable)> TlsSettings => Remote.Origin.Length == 0 ? [] :
        new[] { ("sslCAInfo", "CI_SERVER_TLS_CA_FILE"), ("sslCert", "CI_SERVER_TLS_CERT_FILE"), ("sslKey", "CI_SERVER_TLS_KEY_FILE") }
            .Where(setting => Plan.Variables.Content(setting.Item2) is { Length: > 0 })
            .Select(setting => ($"http.{Remote.Origin}.{setting.Item1}", setting.Item2));

    /// <summary><c>git</c> with what every call carries that talks to the server.</summary>
    public IEnumerable<Word> GitWithAuth(bool userAgent)
    {
        yield return "git";
        if (userAgent)
        {
            var version = Plan.Runner.Version;
            yield return "-c";
            yield return $"http.userAgent={version.Name} {version.Version} {version.Platform}/{version.Architecture}";
        }

        if (Plan.Flags[KnownFlags.ProactiveAuth])
        {
            yield return "-c";
            yield return Remote.Origin.Length > 0 ? $"http.{Remote.Origin}.proactiveAuth=basic" : "http.proactiveAuth=basic";
        }
    }
}
