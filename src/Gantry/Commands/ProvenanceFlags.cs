using Gantry.CommandLine;
using Gantry.Runner.Transfers;

namespace Gantry.Commands;

/// <summary>Flags of <c>artifacts-uploader</c> about the document beside an archive (official-cli-config §1.4.1).</summary>
internal sealed class ProvenanceFlags(FlagSet flags)
{
    private readonly FlagValue<bool> _wanted = flags.Switch("generate-artifacts-metadata", "add a provenance document to the archive");
    private readonly FlagValue<string> _runner = flags.Text("runner-id", "number of the runner");
    private readonly FlagValue<string> _repository = flags.Text("repo-url", "address of the repository");
    private readonly FlagValue<string> _digest = flags.Text("repo-digest", "commit of the repository");
    private readonly FlagValue<string> _job = flags.Text("job-name", "name of the job");
    private readonly FlagValue<string> _executor = flags.Text("executor-name", "name of the executor");
    private readonly FlagValue<string> _name = flags.Text("runner-name", "name of the runner");
    private readonly List<string> _parameters = flags.List("metadata-parameter", "name of a variable");
    private readonly FlagValue<string> _started = flags.Text("started-at", "RFC 3339");
    private readonly FlagValue<string> _ended = flags.Text("ended-at", "RFC 3339");
    private readonly FlagValue<string> _schema = flags.Text("schema-version", "version of the document");

    /// <summary>Null when no document is wanted.</summary>
    public ProvenanceRequest? Request(CommandContext context, TransferCommands.ServerFlags server) => !_wanted.Value ? null : new ProvenanceRequest
    {
        RunnerId = _runner.Value,
        RepositoryUrl = _repository.Value,
        RepositoryDigest = _digest.Value,
        JobName = _job.Value,
        ExecutorName = _executor.Value,
        RunnerName = _name.Value,
        Parameters = _parameters,
        StartedAt = _started.Value,
        EndedAt = _ended.Value,
        SchemaVersion = _schema.Value,
        JobId = server.Id,
        ProductVersion = context.Host.Version.Version,
        Revision = context.Host.Version.Revision,
        Architecture = context.Host.Version.Architecture,
    };
}
