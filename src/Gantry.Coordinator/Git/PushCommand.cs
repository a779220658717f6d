namespace Gantry.Coordinator.Git;

/// <summary>One ref that a push wants to change.</summary>
internal sealed record PushCommand(string Before, string After, string RefName)
{
    private const string Branches = "refs/heads/";
    private const string Tags = "refs/tags/";

    public bool IsTag => RefName.StartsWith(Tags, StringComparison.Ordinal);

    public bool IsBranch => RefName.StartsWith(Branches, StringComparison.Ordinal);

    public bool IsDeletion => After.All(c => c == '0');

    public string ShortName => IsTag ? RefName[Tags.Length..] : IsBranch ? RefName[Branches.Length..] : RefName;
}
