namespace Gantry.Coordinator.Store;

/// <summary>Which slice of a list: pages from 1.</summary>
internal readonly record struct Page(int Number, int Size)
{
    public static readonly Page First = new(1, 20);

    public long Offset => (Number - 1L) * Size;
}

/// <summary>A slice and the number of all.</summary>
internal sealed record Paged<T>(IReadOnlyList<T> Items, long Total);
