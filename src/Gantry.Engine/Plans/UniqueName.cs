using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gantry.Engine.Plans;

/// <summary>Names made of runner, project and numbers, the same for every run on the same slot (official-job-protocol §5.5).</summary>
public static class UniqueName
{
    private const int LabelLimit = 63;

    /// <summary>Containers and hosts: <c>runner-SHORT-project-ID-concurrent-N</c>.</summary>
    public static string ForProject(string shortToken, long projectId, int number) =>
        Rfc1123(string.Create(CultureInfo.InvariantCulture, $"runner-{shortToken}-project-{projectId}-concurrent-{number}"));

    /// <summary>Networks, one per job: <c>runner-SHORT-PROJECT-N-JOB</c>.</summary>
    public static string ForJob(string shortToken, long projectId, int number, long jobId) =>
        Rfc1123(string.Create(CultureInfo.InvariantCulture, $"runner-{shortToken}-{projectId}-{number}-{jobId}"));

    /// <summary>Prefix of cache volumes: <c>runner-</c> and 32 hex digits from the full token, so that nobody can guess a neighbour's.</summary>
    public static string ForVolumes(Secret token, string systemId, long projectId, int number)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{token.Reveal()}-{(systemId.Length == 0 ? "unknown" : systemId)}-{projectId}-{number}");
        return "runner-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    /// <summary>Lower case, only letters, digits and dashes, begins with a letter or digit, at most 63 characters.</summary>
    public static string Rfc1123(string name)
    {
        var kept = new StringBuilder(name.Length);
        foreach (var c in name.ToLowerInvariant())
        {
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || (c == '-' && kept.Length > 0))
            {
                kept.Append(c);
            }
        }

        return kept.Length > LabelLimit ? kept.ToString(0, LabelLimit) : kept.ToString();
    }
}
