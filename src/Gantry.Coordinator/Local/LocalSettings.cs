using Gantry.Pipelines.Includes;

namespace Gantry.Coordinator.Local;

/// <summary>A coordinator without a network, for one project and one run.</summary>
public sealed record LocalSettings
{
    /// <summary>Thrown away by the caller afterwards. Holds the project's repository already (<see cref="RepositoryIn"/>).</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Opened ahead of everything else; null to open it now. It is the coordinator's from then on.</summary>
    public LocalStore? Store { get; init; }

    /// <summary>The server's address as jobs see it, without a trailing slash.</summary>
    public required string ServerUrl { get; init; }

    /// <summary><c>group/project</c>.</summary>
    public required string ProjectPath { get; init; }

    public required string DefaultBranch { get; init; }

    /// <summary>Path in the repository.</summary>
    public string ConfigPath { get; init; } = ".gitlab-ci.yml";

    public required LocalUser User { get; init; }

    /// <summary>The project's CI/CD variables.</summary>
    public IReadOnlyList<LocalVariable> Variables { get; init; } = [];

    /// <summary>Where includes come from that the project's own repository does not have.</summary>
    public IIncludeSource? Includes { get; init; }

    /// <summary>A <see cref="PagesHost"/> will let the user in.</summary>
    public bool HasPages { get; init; }

    public required TimeProvider Clock { get; init; }

    /// <summary>Where the project's bare repository is to be made.</summary>
    public static string RepositoryIn(string dataDirectory)
    {
        var folder = new DataFolder(dataDirectory);
        return Path.Combine(folder.Repositories, "1.git");
    }
}

/// <summary>Whose pipeline it is.</summary>
public sealed record LocalUser(string Login, string Name, string Email);

/// <summary>A variable of the project (ci-yaml §16.4). The value may be a secret.</summary>
public sealed record LocalVariable(string Key, string Value)
{
    public bool IsFile { get; init; }
    public bool IsMasked { get; init; }
    public bool IsProtected { get; init; }
    public bool IsRaw { get; init; }
    public string EnvironmentScope { get; init; } = "*";

    public override string ToString() => Key;
}
