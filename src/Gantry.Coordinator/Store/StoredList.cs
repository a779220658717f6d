namespace Gantry.Coordinator.Store;

/// <summary>A list of short texts in one column, one per line. Tags, scopes and messages hold no line ends.</summary>
internal static class StoredList
{
    public static string Write(IReadOnlyList<string> items) => string.Join('\n', items.Select(item => item.ReplaceLineEndings(" ")));

    public static IReadOnlyList<string> Read(string stored) => stored.Length == 0 ? [] : stored.Split('\n');
}
