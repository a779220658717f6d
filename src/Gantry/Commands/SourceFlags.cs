using Gantry.CommandLine;
using Gantry.Exec;
using Gantry.Includes;
using Gantry.Pipelines.Includes;

namespace Gantry.Commands;

/// <summary>The flags that say which pipeline is meant: of <c>exec</c> and of everything below <c>ci</c>.</summary>
internal sealed class SourceFlags(FlagSet flags)
{
    private readonly FlagValue<string> _file = flags.Text("file", "the configuration file, relative to the project", initial: ".gitlab-ci.yml");
    private readonly FlagValue<string> _reference = flags.Text("ref", "the branch that the pipeline is for; default: the one that is checked out");
    private readonly FlagValue<string> _tag = flags.Text("tag", "the tag that the pipeline is for");
    private readonly FlagValue<string> _source = flags.Text("source", "CI_PIPELINE_SOURCE, such as push, schedule, web or merge_request_event");
    private readonly FlagValue<bool> _mergeRequest = flags.Switch("mr", "a merge request pipeline from this branch; --mr-target names the branch to merge into");
    private readonly FlagValue<string> _target = flags.Text("mr-target", "the branch to merge into; default: the default branch");
    private readonly FlagValue<string> _before = flags.Text("before", "the commit before the push, for rules:changes; default: what the branch follows");
    private readonly FlagValue<bool> _committed = flags.Switch("committed", "HEAD only: leave out changes that are not committed");
    private readonly List<string> _variables = flags.List("variable", "KEY=VALUE for this pipeline, or KEY for its value in the environment; may be repeated");
    private readonly FlagValue<string> _variablesFile = flags.Text("variables-file", "the project's variables: TOML as .gantry/variables.toml, or KEY=VALUE lines");
    private readonly List<string> _checkouts = flags.List("include-from", "PROJECT=FOLDER: read includes and components of that project from a checkout, as its files are now; may be repeated");
    private readonly List<string> _inputs = flags.List("input", "NAME=VALUE of spec:inputs; may be repeated");

    public ExecOptions Options(CommandContext context)
    {
        if (_tag.Value.Length > 0 && (_reference.Value.Length > 0 || _mergeRequest.Value))
        {
            throw new CommandException("--tag cannot be given together with --ref or --mr: a pipeline is for one reference", 2);
        }

        var source = _source.Value;
        return new ExecOptions
        {
            Folder = context.Host.WorkingFolder,
            ConfigPath = _file.Value,
            Reference = _reference.Value,
            Tag = _tag.Value,
            Source = source,
            MergeRequestTarget = _mergeRequest.Value || source == "merge_request_event" ? _target.Value : null,
            Before = _before.Value,
            Committed = _committed.Value,
            Variables = _variables,
            VariablesFile = Absolute(context, _variablesFile.Value),
            Inputs = _inputs,
            Checkouts = _checkouts,
            Concurrent = 1,
            StateFolder = Path.Combine(context.Host.StateFolder, "exec"),
        };
    }

    /// <summary>For includes from elsewhere, with the user's token for the project's server: <c>GITLAB_TOKEN</c>.</summary>
    public static IncludeClient Connect(CommandContext context, ProjectIdentity project) => new(
        Path.Combine(context.Host.StateFolder, "exec", "includes"), project.ServerUrl,
        context.Environment.GetValueOrDefault("GITLAB_TOKEN") is { Length: > 0 } token ? token : null);

    /// <summary>Includes from elsewhere: from checkouts that were named, else over the network.</summary>
    /// <param name="context">The command's.</param>
    /// <param name="options">Names the checkouts.</param>
    /// <param name="outside">Everything else.</param>
    public static IIncludeSource Includes(CommandContext context, ExecOptions options, IIncludeSource outside)
    {
        if (options.Checkouts.Count == 0)
        {
            return outside;
        }

        var folders = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in options.Checkouts)
        {
            var (project, folder) = text.Split('=', 2) is [var name, var path] && name.Trim('/').Contains('/', StringComparison.Ordinal)
                ? (name.Trim('/'), Absolute(context, path))
                : throw new CommandException($"--include-from {text}: expected PROJECT=FOLDER, such as group/templates=../templates", 2);
            folders[project] = Directory.Exists(folder) ? folder : throw new CommandException($"--include-from {text}: there is no folder {folder}", 2);
        }

        return new CheckoutIncludes(folders, outside);
    }

    public static string Absolute(CommandContext context, string path) =>
        path.Length == 0 ? "" : Path.GetFullPath(path, context.Host.WorkingFolder);
}
