using System.Globalization;
using System.Text;

namespace Gantry.Benchmarks.Archives;

/// <summary>Files like those of a package folder: text that compresses to about a third, a few that do not.</summary>
internal static class SampleTree
{
    public static string Make(string folder, int files, int size)
    {
        var random = new Random(42);
        var words = Enumerable.Range(0, 4000).Select(_ => Word(random)).ToArray();
        for (var i = 0; i < files; i++)
        {
            var path = Path.Combine(folder, $"package-{i % 400}", $"lib{i % 7}", string.Create(CultureInfo.InvariantCulture, $"file-{i}.js"));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, i % 20 == 0 ? Noise(random, size) : Text(random, words, size));
        }

        return folder;
    }

    private static byte[] Noise(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Text(Random random, string[] words, int size)
    {
        var text = new StringBuilder(size + 32);
        while (text.Length < size)
        {
            text.Append(words[random.Next(random.Next(2) == 0 ? 100 : words.Length)]).Append(random.Next(12) == 0 ? '\n' : ' ');
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, size));
    }

    private static string Word(Random random) => string.Create(random.Next(3, 12), random, static (span, random) =>
    {
        foreach (ref var letter in span)
        {
            letter = (char)('a' + random.Next(26));
        }
    });
}
