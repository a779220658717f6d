using System.Globalization;
using Gantry.Engine.Plans;

namespace Gantry.Executors.Machines;

/// <summary>The names of one entry's machines: <c>runner-SHORT-</c> and <c>MachineName</c> with time and chance for <c>%s</c>.</summary>
internal sealed record MachineNames(string Prefix, string Suffix)
{
    public static MachineNames Of(MachineSettings settings)
    {
        var parts = settings.NameTemplate.Split("%s", 2);
        var begin = settings.ShortToken.Length > 0 ? $"runner-{UniqueName.Rfc1123(settings.ShortToken)}-" : "";
        return new MachineNames(begin + parts[0], parts.Length > 1 ? parts[1] : "");
    }

    public string New(DateTimeOffset now, uint chance) =>
        Prefix + string.Create(CultureInfo.InvariantCulture, $"{now.ToUnixTimeSeconds()}-{chance:x8}") + Suffix;

    public bool Own(string name) => name.Length > Prefix.Length + Suffix.Length
        && name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal);
}
