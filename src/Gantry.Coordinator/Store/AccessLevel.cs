namespace Gantry.Coordinator.Store;

/// <summary>A user's role in a project, with GitLab's numbers.</summary>
internal enum AccessLevel
{
    None = 0,
    Guest = 10,
    Reporter = 20,
    Developer = 30,
    Maintainer = 40,
    Owner = 50,
}
