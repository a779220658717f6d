namespace Gantry.Pipelines.States;

/// <summary>Jobs by stage, and inside a stage each after those that it needs.</summary>
internal static class JobOrder
{
    public static IReadOnlyList<JobState> Of(IEnumerable<JobState> jobs)
    {
        var order = new List<JobState>();
        foreach (var stage in jobs.GroupBy(job => job.StageIndex).OrderBy(stage => stage.Key))
        {
            var members = stage.ToDictionary(job => job.Name, StringComparer.Ordinal);
            var placed = new HashSet<string>(StringComparer.Ordinal);
            foreach (var job in stage)
            {
                Place(job, members, placed, order);
            }
        }

        return order;
    }

    // Needs inside one stage form chains; an own stack keeps long ones off the thread's.
    private static void Place(JobState job, Dictionary<string, JobState> members, HashSet<string> placed, List<JobState> order)
    {
        var open = new Stack<(JobState Job, bool NeedsPlaced)>([(job, false)]);
        while (open.TryPop(out var top))
        {
            if (top.NeedsPlaced)
            {
                order.Add(top.Job);
            }
            else if (placed.Add(top.Job.Name))
            {
                open.Push((top.Job, true));
                foreach (var name in top.Job.Needs)
                {
                    if (members.TryGetValue(name, out var needed) && !placed.Contains(name))
                    {
                        open.Push((needed, false));
                    }
                }
            }
        }
    }
}
