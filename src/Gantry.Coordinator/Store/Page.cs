namespace Gantry.Coordinator.Store;

/// <summary>Which slice of a list: pages from 1.</summary>
internal readonly record struct Page(int Number, int Size)
{
    public static readonly Page First = new(1, 20);

    /// <summary>
    /// Null for pages by number. Else pages by place: the slice begins behind the row of this id in the order of ids, which costs the
    /// same however far down it is, and stays right while rows come and go. Its total is not counted.
    /// </summary>
    public long? After { get; init; }

    public bool IsAscending { get; init; }

    public long Offset => (Number - 1L) * Size;
}

/// <summary>A slice and the number of all.</summary>
internal sealed record Paged<T>(IReadOnlyList<T> Items, long Total);
