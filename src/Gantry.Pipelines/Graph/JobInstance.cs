using Gantry.Pipelines.Entries;
using Gantry.Pipelines.Model;

namespace Gantry.Pipelines.Graph;

/// <summary>A job with its number or matrix values: what becomes a job of the pipeline, if its rules let it.</summary>
internal sealed record JobInstance(JobEntry Entry, string Name, ParallelModel? Parallel)
{
    /// <summary>The instances of a job, in the order of the matrix.</summary>
    public static IEnumerable<JobInstance> Of(JobEntry entry)
    {
        switch (entry.Parallel)
        {
            case null:
                return [new JobInstance(entry, entry.Name, null)];
            case { Matrix: null, Number: var total }:
                return Enumerable.Range(1, total).Select(index =>
                    new JobInstance(entry, $"{entry.Name} {index}/{total}", new ParallelModel(index, total, [])));
            case { Matrix: var rows }:
                var all = rows.SelectMany(row => row.Combinations()).ToList();
                return all.Select((values, index) =>
                    new JobInstance(entry, MatrixName(entry.Name, values.Select(pair => pair.Value)), new ParallelModel(index + 1, all.Count, values)));
        }
    }

    public static string MatrixName(string job, IEnumerable<string> values) => $"{job}: [{string.Join(", ", values)}]";
}
