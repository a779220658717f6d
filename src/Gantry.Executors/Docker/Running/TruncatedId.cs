namespace Gantry.Executors.Docker.Running;

/// <summary>The first twelve characters of an id, as the docker client shows it and as host names use it.</summary>
internal static class TruncatedId
{
    public static string Of(string id)
    {
        var plain = id.StartsWith("sha256:", StringComparison.Ordinal) ? id[7..] : id;
        return plain.Length > 12 && plain.All(char.IsAsciiHexDigit) ? plain[..12] : plain;
    }
}
