using System.Globalization;
using System.IO.Compression;
using Gantry.Coordinator.Local;

namespace Gantry.Exec;

/// <summary>Brings out what a run leaves: the report with its logs, and artifacts.</summary>
internal sealed class ReportBuilder(LocalCoordinator coordinator, IReadOnlyList<LocalPipeline> pipelines)
{
    /// <summary>Logs go to a folder beside the report, named like it.</summary>
    public async Task<ExecReport> ReportAsync(string path, CancellationToken cancellationToken)
    {
        var logs = Path.Combine(Path.GetDirectoryName(path)!, Path.GetFileNameWithoutExtension(path) + ".logs");
        if (Directory.Exists(logs))
        {
            Directory.Delete(logs, recursive: true);
        }

        Directory.CreateDirectory(logs);
        var order = pipelines.SelectMany(pipeline => pipeline.Jobs).Where(job => job.StartedAt is not null)
            .OrderBy(job => job.StartedAt).ThenBy(job => job.Id).Select((job, index) => (job.Id, index + 1)).ToDictionary(pair => pair.Id, pair => pair.Item2);
        return await PipelineAsync(pipelines[0], logs, order, cancellationToken);
    }

    /// <summary>One folder per job that left an archive.</summary>
    public async Task ExtractAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var job in pipelines.SelectMany(pipeline => pipeline.Jobs).Where(job => !job.IsRetried && job.HasBegun))
        {
            if (await coordinator.OpenArchiveAsync(job.Id, cancellationToken) is not { } stream)
            {
                continue;
            }

            await using (stream)
            {
                var target = Path.Combine(folder, FileName(job.Name));
                Directory.CreateDirectory(target);
                await using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
                // Refuses names that lead out of the folder.
                await zip.ExtractToDirectoryAsync(target, overwriteFiles: true, cancellationToken);
            }
        }
    }

    private async Task<ExecReport> PipelineAsync(
        LocalPipeline pipeline, string logs, IReadOnlyDictionary<long, int> order, CancellationToken cancellationToken)
    {
        var jobs = new List<JobReport>();
        foreach (var job in pipeline.Jobs.Where(job => !job.IsRetried))
        {
            var child = job.DownstreamPipelineId is { } id ? pipelines.FirstOrDefault(other => other.Id == id) : null;
            jobs.Add(new JobReport
            {
                Name = job.Name,
                Stage = job.Stage,
                Status = job.Status,
                AllowFailure = job.AllowFailure,
                ExitCode = job.ExitCode ?? (job.HasBegun && job.Status == "success" ? 0 : null),
                FailureReason = job.FailureReason,
                Order = order.TryGetValue(job.Id, out var position) ? position : null,
                Queued = job.QueuedAt,
                Started = job.StartedAt,
                Finished = job.FinishedAt,
                Log = await LogAsync(job, logs, cancellationToken),
                Artifacts = await ArtifactsAsync(job, cancellationToken),
                Attempts = job.Attempt,
                Coverage = job.Coverage,
                Environment = job.Environment,
                Downstream = child is null ? null : await PipelineAsync(child, logs, order, cancellationToken),
            });
        }

        return new ExecReport
        {
            Pipeline = new PipelineReport
            {
                Created = true,
                Status = pipeline.Status,
                Name = pipeline.Name,
                Stages = pipeline.Stages,
                Coverage = pipeline.Coverage,
            },
            Jobs = jobs,
        };
    }

    private async Task<string?> LogAsync(LocalJob job, string logs, CancellationToken cancellationToken)
    {
        if (coordinator.OpenLog(job.Id) is not { } stream)
        {
            return null;
        }

        await using (stream)
        {
            var path = Path.Combine(logs, string.Create(CultureInfo.InvariantCulture, $"{job.Id:000}-{FileName(job.Name)}.log"));
            await using var file = File.Create(path);
            await stream.CopyToAsync(file, cancellationToken);
            return path;
        }
    }

    private async Task<IReadOnlyList<string>> ArtifactsAsync(LocalJob job, CancellationToken cancellationToken)
    {
        if (!job.HasBegun || await coordinator.OpenArchiveAsync(job.Id, cancellationToken) is not { } stream)
        {
            return [];
        }

        await using (stream)
        {
            await using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            return [.. zip.Entries.Select(entry => entry.FullName).Where(name => !name.EndsWith('/'))];
        }
    }

    private static string FileName(string job)
    {
        var clean = new string([.. job.Select(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '-')]).Trim('.');
        return clean.Length is 0 ? "job" : clean.Length > 100 ? clean[..100] : clean;
    }
}
