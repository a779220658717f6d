using System.Runtime.InteropServices;
using Gantry.CommandLine;
using Gantry.Commands;
using Gantry.Coordinator.Local;
using Gantry.Includes;
using Gantry.Native;
using Gantry.Pipelines.Variables;
using Gantry.Terminal;
using Microsoft.Extensions.Logging;

namespace Gantry.Exec;

/// <summary>
/// <c>gantry exec</c> put together: the folder as a commit, the coordinator, the runner, a view, and what is left at the end.
/// </summary>
internal sealed class ExecRun(CommandContext context, ExecOptions options)
{
    private const int NotCreated = 2;
    private const int Cancelled = 130;

    private ITerminal Terminal => context.Terminal;

    /// <returns>0 success, 1 a job failed, 2 there is no pipeline, 130 cancelled.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        if (!context.LogSettingsFixed)
        {
            // The log of a daemon is nobody's concern here; the job logs say what happens.
            context.Logs.Level = LogLevel.Error;
        }

        EmbeddedSqlite.Register();
        using var folder = new ExecFolder();
        // Making the store takes as long as git takes to read the folder.
        var opening = Task.Run(() => LocalStore.Open(folder.Data), CancellationToken.None);
        var source = await OpenSourceAsync(folder, opening, cancellationToken);
        using var client = SourceFlags.Connect(context, source.Project);
        var settings = SettingsOf(source, folder) with { Includes = SourceFlags.Includes(context, options, new OutsideIncludes(client, source.Project.ServerUrl, null)), Store = await opening };
        await using var coordinator = await LocalCoordinator.OpenAsync(settings, context.Loggers, cancellationToken);
        LinkClone(source, folder);
        var created = await CreateAsync(coordinator, source, cancellationToken);
        if (created is LocalCreation.Refused refused)
        {
            return Refuse(refused, source);
        }

        var pipeline = ((LocalCreation.Created)created).PipelineId;
        await using IExecView view = Terminal.OutputIsTerminal && !options.Plain ? new LiveView(Terminal, context.Time) : new PlainView(Terminal, options.Verbose);
        await using var pages = options.Pages ? await RunPages.OpenAsync(context, coordinator, pipeline, folder.Root, cancellationToken) : null;
        if (pages is not null)
        {
            view.Note($"Web page: {pages.Link}");
        }

        ExecSession? session = null;
        using var place = new ExecPlace(context, options, folder, source);
        using var runners = await place.OpenAsync(await coordinator.WantsContainersAsync(pipeline, cancellationToken), () => session?.Wake(), view.Note, cancellationToken);
        session = new ExecSession(coordinator, runners, options, view) { Page = pages?.Link };
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Interrupt(signal, session));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Interrupt(signal, session));
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Interrupt(signal, session));
        var end = await session.RunAsync(pipeline, _ => new ExecHeadline(source.Reference, source.Sha, source.IsDirty, runners.Name), cancellationToken);
        await view.DisposeAsync();
        await LeaveAsync(coordinator, end, context.Time.GetElapsedTime(started), cancellationToken);
        return session.IsCancelled ? Cancelled : end[0].Status is "failed" or "canceled" ? 1 : 0;
    }

    private async Task<ExecSource> OpenSourceAsync(ExecFolder folder, Task<LocalStore> store, CancellationToken cancellationToken)
    {
        try
        {
            return await ExecSource.OpenAsync(options, LocalSettings.RepositoryIn(folder.Data), cancellationToken);
        }
        catch (Exception error) when (error is WorkTreeException or CommandException)
        {
            (await store).Dispose();
            throw error as CommandException ?? new CommandException(error.Message, NotCreated);
        }
    }

    private LocalSettings SettingsOf(ExecSource source, ExecFolder folder) => new()
    {
        DataDirectory = folder.Data,
        ServerUrl = source.Project.ServerUrl,
        ProjectPath = source.Project.Path,
        DefaultBranch = source.Tree.DefaultBranch,
        ConfigPath = source.ConfigPath,
        User = source.User,
        Variables = ProjectVariables.Read(
            options.VariablesFile.Length > 0 ? options.VariablesFile : Path.Combine(source.Tree.Root, ProjectVariables.FileName),
            options.VariablesFile.Length > 0, context.Environment),
        HasPages = options.Pages,
        Clock = context.Time,
    };

    // What jobs fetch from, under the path that the project has on its server.
    private static void LinkClone(ExecSource source, ExecFolder folder)
    {
        var link = Path.Combine(folder.Clones, source.Project.Path + ".git");
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        File.CreateSymbolicLink(link, LocalSettings.RepositoryIn(folder.Data));
    }

    private async Task<LocalCreation> CreateAsync(LocalCoordinator coordinator, ExecSource source, CancellationToken cancellationToken)
    {
        try
        {
            return await coordinator.CreateAsync(
                new LocalOrder
                {
                    Reference = source.Reference,
                    IsTag = source.IsTag,
                    Sha = source.Sha,
                    Tree = source.Tree,
                    Before = source.Before,
                    Source = options.Source.Length > 0 ? options.Source : source.MergeRequest is null ? PipelineSources.Push : PipelineSources.MergeRequestEvent,
                    Variables = [.. options.Variables.Select(text => ProjectVariables.Given(text, context.Environment))],
                    Inputs = InputText.Parse(options.Inputs),
                    MergeRequest = source.MergeRequest,
                    Select = new JobSelection(options).Apply,
                },
                cancellationToken);
        }
        catch (SelectionException error)
        {
            throw new CommandException(error.Message, NotCreated);
        }
    }

    private int Refuse(LocalCreation.Refused refused, ExecSource source)
    {
        var lines = refused.Problems.Count > 0 ? refused.Problems.Select(problem => problem.ToString()) : refused.Messages;
        foreach (var line in lines)
        {
            Terminal.Error.WriteLine(line == "Missing CI config file"
                ? $"{Path.Combine(source.Tree.Root, source.ConfigPath)} does not exist; --file names another configuration file"
                : line);
        }

        if (options.Report.Length > 0)
        {
            ExecReport.Refused(refused).Write(options.Report);
        }

        return NotCreated;
    }

    private async Task LeaveAsync(LocalCoordinator coordinator, IReadOnlyList<LocalPipeline> end, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        var builder = new ReportBuilder(coordinator, end);
        if (options.Report.Length > 0)
        {
            (await builder.ReportAsync(options.Report, cancellationToken)).Write(options.Report);
        }

        if (options.ArtifactsTo.Length > 0)
        {
            await builder.ExtractAsync(options.ArtifactsTo, cancellationToken);
        }

        await new ExecSummary(Terminal, coordinator).WriteAsync(end, elapsed, cancellationToken);
    }

    private static void Interrupt(PosixSignalContext signal, ExecSession session)
    {
        signal.Cancel = true;
        session.Interrupt();
    }
}
