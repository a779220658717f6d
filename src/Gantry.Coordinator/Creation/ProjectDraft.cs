using System.Text.RegularExpressions;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Queue;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Creation;

/// <summary>A project that is to be made: its row, its namespace when that is new, its repository.</summary>
internal sealed partial record ProjectDraft
{
    /// <summary><c>group/sub/project</c>.</summary>
    public required string FullPath { get; init; }

    public string? Name { get; init; }
    public string Description { get; init; } = "";
    public string Visibility { get; init; } = "private";
    public string DefaultBranch { get; init; } = "main";
    public string CiConfigPath { get; init; } = ".gitlab-ci.yml";

    /// <summary>What is wrong with it: field to message, in GitLab's words. Empty when it is good.</summary>
    public IEnumerable<KeyValuePair<string, string>> Problems()
    {
        var parts = FullPath.Split('/');
        if (parts.Length < 2 || !parts.All(part => PathPart().IsMatch(part) && !part.EndsWith(".git", StringComparison.Ordinal) && !part.EndsWith(".atom", StringComparison.Ordinal)))
        {
            yield return new(
                "path",
                "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in '.git' or end in '.atom'.");
        }
        else if (Reserved.Contains(parts[0]))
        {
            yield return new("path", $"{parts[0]} is a reserved name");
        }

        if (Visibility is not ("private" or "internal" or "public"))
        {
            yield return new("visibility", "does not have a valid value");
        }
    }

    // First parts that pages and the API use.
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "-", "api", "admin", "assets", "dashboard", "explore", "gantry-cache", "groups", "help", "health_check", "jwt", "login", "oauth", "profile", "projects",
        "public", "runners", "search", "snippets", "uploads", "users",
    };

    /// <summary>Null when the path is taken.</summary>
    public async Task<ProjectRow?> SaveAsync(Database database, Repositories repositories, UserRow creator, TimeProvider clock, CancellationToken cancellation)
    {
        var project = await database.WriteAsync(session => Save(session, creator, clock.GetUtcNow()), cancellation);
        if (project is not null)
        {
            await repositories.CreateAsync(project.Id, project.DefaultBranch, cancellation);
        }

        return project;
    }

    /// <summary>The same without a repository, inside a write.</summary>
    public ProjectRow? Save(StoreSession session, UserRow creator, DateTimeOffset now)
    {
        var slash = FullPath.LastIndexOf('/');
        var (space, path) = (FullPath[..slash], FullPath[(slash + 1)..]);
        if (session.Projects.FindByPath(FullPath) is not null || session.Projects.FindNamespace(FullPath) is not null)
        {
            return null;
        }

        var owner = session.Projects.FindNamespace(space) ?? session.Projects.AddNamespace(space, space[(space.LastIndexOf('/') + 1)..], "group");
        var project = session.Projects.Add(new ProjectRow
        {
            Id = 0,
            NamespaceId = owner.Id,
            Name = Name ?? path,
            Path = path,
            FullPath = $"{owner.FullPath}/{path}",
            Description = Description,
            DefaultBranch = DefaultBranch,
            Visibility = Visibility,
            CiConfigPath = CiConfigPath,
            RunnersToken = RunnerTokens.CreateRegistration(),
            GitStrategy = "fetch",
            GitDepth = 20,
            JobTimeout = 3600,
            AutoCancel = true,
            InstanceRunnersEnabled = true,
            SeparateCaches = true,
            CacheIndex = 0,
            CreatorId = creator.Id,
            CreatedAt = now,
            LastActivityAt = now,
        });
        session.Users.SetLevel(project.Id, creator.Id, AccessLevel.Owner);
        session.Projects.Protect(project.Id, "branch", DefaultBranch, AccessLevel.Maintainer);
        return project;
    }

    [GeneratedRegex(@"^[a-zA-Z0-9_.][a-zA-Z0-9_.-]{0,254}$", RegexOptions.NonBacktracking)]
    private static partial Regex PathPart();
}
