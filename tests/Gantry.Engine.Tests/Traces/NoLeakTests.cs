using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Tests.Traces;

/// <summary>The whole chain of filters: whatever the chunks of a log are, no spelling of a masked value comes out.</summary>
public sealed class NoLeakTests
{
    private const string Alphabet = "abcdefgh0123456789 /+&=\"\\<>ü";
    private const string Noise = "abcdefgh0123456789 /+&=\"\\\n.,;:?-";

    [Fact]
    public void No_chunking_shows_a_masked_value() => Search(rounds: 400, chunkings: 100);

    [Fact]
    [Trait("Needs", "Full")]
    public void No_chunking_of_a_million_shows_a_masked_value() => Search(rounds: 10_000, chunkings: 100);

    private static void Search(int rounds, int chunkings)
    {
        for (var round = 0; round < rounds; round++)
        {
            var random = new Random(round);
            var secrets = Enumerable.Range(0, random.Next(1, 5)).Select(_ => Word(random, Alphabet, random.Next(8, 40)).Trim('/', ' ').PadRight(8, 'x')).ToArray();
            var forms = secrets.SelectMany(Forms).Distinct().ToArray();
            var text = Encoding.UTF8.GetBytes(Text(random, forms));
            var phrases = PhraseSet.Compile(secrets, encodedForms: true);
            var tokens = TokenPrefixes.Compile([], allDefaults: true, int.MaxValue);
            var whole = Run(phrases, tokens, text, random, chunked: false);
            for (var i = 0; i < chunkings; i++)
            {
                var shown = Run(phrases, tokens, text, random, chunked: true);
                var leak = Array.Find(forms, form => shown.Contains(form, StringComparison.Ordinal));
                Assert.True(leak is null, $"round {round}: \"{leak}\" of a masked value came out in \"{shown}\"");
                Assert.True(shown == whole, $"round {round}: another result than in one piece");
            }
        }
    }

    private static string Run(PhraseSet phrases, TokenPrefixes tokens, byte[] text, Random random, bool chunked)
    {
        var end = new CollectingStage();
        var chain = new PhraseMasker(phrases, new UrlParameterSanitiser(new TokenSanitiser(tokens, new Utf8Repair(end))));
        for (var at = 0; at < text.Length;)
        {
            // Most chunks are small: that is where values are torn.
            var length = chunked ? Math.Min(text.Length - at, random.Next(8) == 0 ? random.Next(1, 200) : random.Next(1, 12)) : text.Length;
            chain.Write(text.AsSpan(at, length));
            chain.EndWrite();
            at += length;
        }

        chain.Close();
        return end.Text;
    }

    private static string Text(Random random, string[] forms)
    {
        var text = new StringBuilder();
        for (var i = random.Next(2, 12); i > 0; i--)
        {
            text.Append(Word(random, Noise, random.Next(0, 25)));
            var form = forms[random.Next(forms.Length)];
            // Also values that only begin, repeat or overlap.
            text.Append(random.Next(4) == 0 ? form[..random.Next(form.Length)] : form);
        }

        return text.Append(Word(random, Noise, random.Next(0, 25))).ToString();
    }

    private static IEnumerable<string> Forms(string secret) =>
    [
        secret,
        Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
        Uri.EscapeDataString(secret),
        JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(),
    ];

    private static string Word(Random random, string letters, int length) =>
        string.Create(length, (random, letters), static (span, with) =>
        {
            foreach (ref var letter in span)
            {
                letter = with.letters[with.random.Next(with.letters.Length)];
            }
        });
}
