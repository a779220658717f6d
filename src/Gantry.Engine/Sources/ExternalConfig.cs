using System.Text;
using Gantry.Engine.Plans;
using Gantry.Engine.Shells;

namespace Gantry.Engine.Sources;

/// <summary>
/// The template for new repositories and the configuration file beside the checkout that holds credentials
/// (official-job-protocol §6.4). The file is written as text by the shell itself: given to <c>git config</c>, the token
/// would stand in the process list.
/// </summary>
internal static class ExternalConfig
{
    private static readonly (string Key, string Value)[] TemplateSettings =
    [
        ("init.defaultBranch", "none"), ("fetch.recurseSubmodules", "false"), ("credential.interactive", "never"), ("gc.autoDetach", "false"),
    ];

    public static void Write(ScriptBuilder script, SourceContext git)
    {
        script.MakeFolder(git.Template);
        if (git.Plan.SafeDirectoryCheckout)
        {
            script.Run("git", "config", "--global", "--add", "safe.directory", Word.Path(git.Project));
        }

        foreach (var (key, value) in TemplateSettings)
        {
            script.Run("git", "config", "-f", Word.Path(git.TemplateConfig), key, value);
        }

        if (git.CorrelationId is { Length: > 0 } id && git.Plan.Flags[KnownFlags.GitalyCorrelation])
        {
            script.Notice($"Gitaly correlation ID: {id}");
        }

        WriteFile(script, git);
        if (git.Plan.SharedEnvironment)
        {
            WriteTls(script, git, ["git", "config", "--file", Word.Path(git.ExternalConfig)]);
        }

        script.Run("git", "config", "--file", Word.Path(git.TemplateConfig), "--replace-all", "include.path",
            Word.Path(git.ExternalConfig), git.ExternalConfigPattern);
        script.Variable(SourceContext.ExternalConfigVariable, Word.Path(git.ExternalConfig));
    }

    /// <summary>The file alone: for strategies that fetch nothing but leave git to the user.</summary>
    public static void WriteFile(ScriptBuilder script, SourceContext git) =>
        script.RemoveFile(git.ExternalConfig).Add(new Statement.WriteFile(Word.Path(git.ExternalConfig), Text(git)));

    public static void WriteTls(ScriptBuilder script, SourceContext git, IReadOnlyList<Word> command)
    {
        foreach (var (key, variable) in git.TlsSettings)
        {
            script.Run([.. command, key, Word.Expanding("$" + variable)]);
        }
    }

    /// <summary>The file in git's syntax. Holds the job token.</summary>
    internal static string Text(SourceContext git)
    {
        var text = new StringBuilder();
        if (git.CorrelationId is { Length: > 0 } id && git.Plan.Flags[KnownFlags.GitalyCorrelation])
        {
            text.Append("[http]\n\textraHeader = ").Append(Value($"X-Gitaly-Correlation-ID: {id}")).Append('\n');
        }

        if (git.Plan.PlaceIsWindows)
        {
            // The checkout may come from a machine that keeps both.
            text.Append("[core]\n\tfilemode = false\n\tignorecase = true\n");
        }

        if (git.Plan.Flags[KnownFlags.BundleUris])
        {
            text.Append("[transfer]\n\tbundleURI = true\n");
        }

        foreach (var rewrite in git.Remote.Rewrites)
        {
            text.Append("[url ").Append(Value(rewrite.Base)).Append("]\n\tinsteadOf = ").Append(Value(rewrite.Prefix)).Append('\n');
        }

        if (git.Plan.Flags[KnownFlags.UrlsWithoutTokens] && git.Remote.Origin.Length > 0)
        {
            // An empty helper drops every helper configured before it. The function reads the token when git asks.
            text.Append("[credential ").Append(Value(git.Remote.Origin)).Append("]\n\thelper =\n\tusername = gitlab-ci-token\n\thelper = ")
                .Append(Value("!f(){ if [ \"$1\" = get ]; then echo \"password=${CI_JOB_TOKEN}\"; fi; };f")).Append('\n');
        }

        return text.ToString();
    }

    private static string Value(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
