using Gantry.CommandLine;
using Gantry.Exec;

namespace Gantry.Commands;

/// <summary><c>gantry exec</c>: the pipeline of the current folder, here and now.</summary>
internal static class ExecCommand
{
    public static Command Create()
    {
        var flags = new FlagSet { IsMixed = true };
        var source = new SourceFlags(flags);
        var concurrent = flags.Integer("jobs, j", "jobs at the same time", initial: Math.Max(2, Environment.ProcessorCount));
        var executor = flags.Text("executor", "docker or shell; docker for jobs with an image when an engine answers");
        var image = flags.Text("image", "image for jobs that name none");
        var stages = flags.List("stage", "run the jobs of this stage, with what they need");
        var needs = flags.Switch("needs", "run what the named jobs need, too; this is the default", initial: true);
        var only = flags.Switch("only-job", "run the named jobs without what they need");
        var manual = flags.List("manual", "start this manual job as soon as it can be started");
        var artifacts = flags.Text("artifacts-to", "folder to put the artifacts of the jobs in");
        var report = flags.Text("report", "file to write a report in JSON to");
        var keep = flags.Switch("keep-on-failure", "a failed job of the shell waits as it is, until a `gantry shell` was in it, or Ctrl-C");
        var watch = flags.Switch("watch", "run again whenever a file of the project changes, until Ctrl-C");
        var pages = flags.Switch("ui", "open the web page of the pipeline, where jobs can be retried and started, until Ctrl-C");
        var verbose = flags.Switch("verbose", "show the whole log, not only what the scripts print");
        var plain = flags.Switch("plain", "lines with the job's name in front, also on a terminal");
        var state = flags.Text("state-dir", "folder of Gantry's own state", "GANTRY_STATE_DIR");
        return new Command("exec", "run the pipeline of the current folder", flags, (context, cancellationToken) =>
        {
            if (concurrent.Value < 1)
            {
                throw new CommandException("--jobs must be at least 1", 2);
            }

            if (executor.Value is not ("" or "shell" or "docker"))
            {
                throw new CommandException($"--executor {executor.Value}: expected shell or docker", 2);
            }

            if (pages.Value && watch.Value)
            {
                throw new CommandException("--ui and --watch exclude each other: the page is of one run, and there would be a new one with every change", 2);
            }

            var options = source.Options(context) with
            {
                Jobs = context.Arguments,
                Stages = stages,
                OnlyJobs = only.Value || !needs.Value,
                Manual = manual,
                Concurrent = (int)Math.Min(concurrent.Value, 10_000),
                Executor = executor.Value,
                Image = image.Value,
                ArtifactsTo = SourceFlags.Absolute(context, artifacts.Value),
                Report = SourceFlags.Absolute(context, report.Value),
                KeepOnFailure = keep.Value,
                Pages = pages.Value,
                Verbose = verbose.Value,
                Plain = plain.Value || verbose.Value,
                StateFolder = Path.Combine(state.Value.Length > 0 ? SourceFlags.Absolute(context, state.Value) : context.Host.StateFolder, "exec"),
            };
            return watch.Value ? new ExecWatch(context, options).RunAsync(cancellationToken) : new ExecRun(context, options).RunAsync(cancellationToken);
        })
        { ArgumentsText = "[job...]" };
    }
}
