using System.Text;

namespace Gantry.Benchmarks.Traces;

/// <summary>Job output as builds print it, always the same.</summary>
internal static class LogText
{
    private static readonly string[] Words =
    [
        "compiling", "src/main/java/org/example/Application.java", "[INFO]", "warning:", "npm", "http", "GET",
        "/api/v4/projects?per_page=20&page=2", "200", "test", "passed", "in", "0.12s", "ok", "Downloading",
        "https://registry.example.com/v2/library/alpine/manifests/3.20", "sha256:9b2a4c5d", "--", "INFO", "2026-08-22",
    ];

    public static IReadOnlyList<string> Secrets(int count)
    {
        var random = new Random(11);
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        return [.. Enumerable.Range(0, count).Select(i =>
            new string([.. Enumerable.Range(0, 8 + (i % 33)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]))];
    }

    /// <summary>Lines of about ninety characters; with <paramref name="secrets"/> one of them stands in each line.</summary>
    public static byte[] Lines(int bytes, IReadOnlyList<string> secrets)
    {
        var random = new Random(7);
        var text = new StringBuilder(bytes + 200);
        for (var line = 0; text.Length < bytes; line++)
        {
            var end = text.Length + 60 + random.Next(50);
            while (text.Length < end)
            {
                text.Append(Words[random.Next(Words.Length)]).Append(' ');
            }

            if (secrets.Count > 0)
            {
                text.Append(secrets[line % secrets.Count]);
            }

            text.Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
