using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Queue;

/// <summary>A runner that is to be registered or made.</summary>
internal sealed record RunnerDraft
{
    /// <summary>Null for the whole instance.</summary>
    public long? ProjectId { get; init; }

    public string Description { get; init; } = "";
    public IReadOnlyList<string> TagList { get; init; } = [];
    public bool RunUntagged { get; init; } = true;
    public bool Locked { get; init; }
    public bool Paused { get; init; }
    public string AccessLevel { get; init; } = "not_protected";
    public int? MaximumTimeout { get; init; }
    public string MaintenanceNote { get; init; } = "";

    /// <summary>Registered with a registration token.</summary>
    public bool Legacy { get; init; }

    public long? CreatorId { get; init; }

    /// <summary>What is wrong with it: field to message, in GitLab's words. Empty when it is good.</summary>
    public IEnumerable<KeyValuePair<string, string>> Problems()
    {
        if (!RunUntagged && TagList.Count == 0)
        {
            yield return new("tags_list", "can not be empty when runner is not allowed to pick untagged jobs");
        }

        if (TagList.Count > 50)
        {
            yield return new("tags_list", "Too many tags specified. Please limit the number of tags to 50");
        }

        if (MaximumTimeout is < 600)
        {
            yield return new("maximum_timeout", "needs to be at least 10 minutes");
        }

        if (AccessLevel is not ("not_protected" or "ref_protected"))
        {
            yield return new("access_level", "is not included in the list");
        }

        if (Description.Length > 1024)
        {
            yield return new("description", "is too long (maximum is 1024 characters)");
        }
    }

    /// <summary>Adds it; the token is told once.</summary>
    public (RunnerRow Runner, string Token) Save(StoreSession session, DateTimeOffset now)
    {
        var token = RunnerTokens.Create(Legacy);
        var runner = session.Runners.Add(
            new RunnerRow
            {
                Id = 0,
                Type = ProjectId is null ? "instance_type" : "project_type",
                Description = Description,
                ShortToken = RunnerTokens.Shorten(token),
                Legacy = Legacy,
                TagList = [.. TagList.Distinct(StringComparer.OrdinalIgnoreCase)],
                RunUntagged = RunUntagged,
                Locked = Locked,
                Paused = Paused,
                AccessLevel = AccessLevel,
                MaximumTimeout = MaximumTimeout,
                MaintenanceNote = MaintenanceNote,
                CreatorId = CreatorId,
                CreatedAt = now,
            },
            token);
        if (ProjectId is { } project)
        {
            session.Runners.Assign(runner.Id, project);
        }

        return (runner, token);
    }
}
