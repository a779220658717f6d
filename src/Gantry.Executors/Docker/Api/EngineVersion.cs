using System.Globalization;

namespace Gantry.Executors.Docker.Api;

/// <summary>A version of the engine's API, such as 1.41. Ordered.</summary>
internal readonly record struct EngineVersion(int Major, int Minor) : IComparable<EngineVersion>
{
    /// <exception cref="FormatException">Not two numbers.</exception>
    public static EngineVersion Parse(string text)
    {
        var parts = text.Trim().TrimStart('v').Split('.');
        return parts.Length >= 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? new EngineVersion(major, minor)
            : throw new FormatException($"parsing server API version \"{text}\": expected two numbers such as 1.41");
    }

    public static bool operator <(EngineVersion left, EngineVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(EngineVersion left, EngineVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(EngineVersion left, EngineVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EngineVersion left, EngineVersion right) => left.CompareTo(right) >= 0;

    public int CompareTo(EngineVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
