namespace Gantry.Coordinator.Web.Texts;

/// <summary>
/// Every text of the interface, in both its languages side by side: a text that lacks one does not compile. GitLab's words
/// are used where it has them. Texts are plain; pages encode them.
/// </summary>
internal sealed partial class Words
{
    private readonly bool _chinese;

    private Words(bool chinese) => _chinese = chinese;

    public static Words English { get; } = new(chinese: false);

    public static Words Chinese { get; } = new(chinese: true);

    /// <summary>Language tag for <c>lang</c> and the cookie.</summary>
    public string Language => T("en", "zh-CN");

    /// <summary>The first language of <c>Accept-Language</c> that there is; English otherwise.</summary>
    /// <param name="chosen">What the visitor chose; null when nothing.</param>
    /// <param name="accepted">The request's <c>Accept-Language</c>.</param>
    public static Words Of(string? chosen, string? accepted)
    {
        var wanted = (accepted ?? "").Split(',')
            .Select(item => item.Split(';', StringSplitOptions.TrimEntries))
            .Select((parts, order) => (Tag: parts[0], Weight: Weight(parts), Order: order))
            .OrderByDescending(item => item.Weight).ThenBy(item => item.Order)
            .Select(item => item.Tag);
        foreach (var tag in wanted.Prepend(chosen ?? ""))
        {
            if (tag.StartsWith("zh", StringComparison.OrdinalIgnoreCase))
                return Chinese;
            if (tag.StartsWith("en", StringComparison.OrdinalIgnoreCase))
                return English;
        }

        return English;
    }

    public string Ago(TimeSpan age)
    {
        var seconds = Math.Max(0, (long)age.TotalSeconds);
        (long Count, string One, string Many, string Chinese) unit = seconds switch
        {
            >= 31_536_000 => (seconds / 31_536_000, "year", "years", "年"),
            >= 2_592_000 => (seconds / 2_592_000, "month", "months", "个月"),
            >= 86_400 => (seconds / 86_400, "day", "days", "天"),
            >= 3_600 => (seconds / 3_600, "hour", "hours", "小时"),
            >= 60 => (seconds / 60, "minute", "minutes", "分钟"),
            _ => (seconds, "second", "seconds", "秒钟"),
        };
        return T($"{unit.Count} {(unit.Count == 1 ? unit.One : unit.Many)} ago", $"{unit.Count}{unit.Chinese}前");
    }

    private static double Weight(string[] parts) =>
        parts.FirstOrDefault(part => part.StartsWith("q=", StringComparison.Ordinal)) is { } q
        && double.TryParse(q.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture, out var weight) ? weight : 1;

    private static string Plural(long count, string one, string many) => count == 1 ? $"1 {one}" : $"{count} {many}";

    private string T(string english, string chinese) => _chinese ? chinese : english;
}
