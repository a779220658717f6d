namespace Gantry.Coordinator.Web.Views;

/// <summary>Orders names as people do: <c>test 9</c> before <c>test 10</c>, without regard to case.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static readonly NaturalOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> left = x, right = y;
        while (!left.IsEmpty && !right.IsEmpty)
        {
            int a = Digits(left), b = Digits(right);
            if (a > 0 && b > 0)
            {
                ReadOnlySpan<char> one = left[..a].TrimStart('0'), other = right[..b].TrimStart('0');
                var order = one.Length != other.Length ? one.Length - other.Length : one.SequenceCompareTo(other);
                if (order != 0)
                    return order;
                left = left[a..];
                right = right[b..];
                continue;
            }

            var difference = char.ToLowerInvariant(left[0]).CompareTo(char.ToLowerInvariant(right[0]));
            if (difference != 0)
                return difference;
            left = left[1..];
            right = right[1..];
        }

        return left.Length != right.Length ? left.Length - right.Length : string.CompareOrdinal(x, y);
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
