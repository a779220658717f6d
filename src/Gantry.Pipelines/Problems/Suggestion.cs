namespace Gantry.Pipelines.Problems;

/// <summary>Finds the word that was probably meant.</summary>
internal static class Suggestion
{
    /// <summary>The nearest of <paramref name="known"/> within a third of the word's length, or null.</summary>
    public static string? For(string word, IEnumerable<string> known)
    {
        var limit = Math.Max(1, (word.Length + 1) / 3);
        var best = known.Select(candidate => (candidate, distance: Distance(word, candidate, limit)))
            .Where(pair => pair.distance <= limit)
            .OrderBy(pair => pair.distance)
            .FirstOrDefault();
        return best.candidate;
    }

    /// <summary>"did you mean `script`?" for the unknown ones among <paramref name="words"/> that have a neighbour.</summary>
    public static string? Hint(IEnumerable<string> words, IReadOnlyCollection<string> known)
    {
        var found = words.Select(word => For(word, known)).OfType<string>().Distinct().ToList();
        return found.Count == 0 ? null : $"did you mean {string.Join(", ", found.Select(word => $"`{word}`"))}?";
    }

    // Insertions, deletions, substitutions and swapped neighbours, all of cost one.
    private static int Distance(string a, string b, int limit)
    {
        if (Math.Abs(a.Length - b.Length) > limit)
        {
            return int.MaxValue;
        }

        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var j = 0; j <= b.Length; j++)
        {
            rows[0, j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                var value = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    value = Math.Min(value, rows[i - 2, j - 2] + 1);
                }

                rows[i, j] = value;
            }
        }

        return rows[a.Length, b.Length];
    }
}
