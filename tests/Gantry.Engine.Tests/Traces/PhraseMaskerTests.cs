using System.Text;
using CsCheck;
using Gantry.Engine.Traces;

namespace Gantry.Engine.Tests.Traces;

public sealed class PhraseMaskerTests
{
    [Fact]
    public void An_occurrence_that_starts_inside_a_failed_match_is_hidden_across_writes() =>
        Assert.Equal("a[MASKED]", Masked(["aab"], "aa", "ab"));

    [Fact]
    public void Overlapping_values_become_one_mark() =>
        Assert.Equal("x[MASKED]x", Masked(["secretA", "Apple"], "xsecretApplex"));

    [Fact]
    public void Neighbouring_values_become_two_marks() =>
        Assert.Equal("[MASKED][MASKED]", Masked(["foofoofoo", "bar"], "foofoofoobar"));

    [Fact]
    public void The_rest_of_an_overlap_is_hidden_when_it_comes_in_the_next_write() =>
        Assert.Equal("[MASKED].", Masked(["abcdef", "efghij"], "abcdef", "ghij", "."));

    [Fact]
    public void Text_that_only_began_like_a_value_comes_out_at_the_end() =>
        Assert.Equal("this is a secre", Masked(["secret"], "this is a ", "secre"));

    [Fact]
    public void Other_text_is_not_delayed()
    {
        var end = new CollectingStage();
        var masker = new PhraseMasker(PhraseSet.Compile(["secret"], false), end);

        masker.Write("plain text, then sec"u8);

        Assert.Equal("plain text, then ", end.Text);
    }

    [Fact]
    public void A_complete_value_that_may_become_a_longer_one_is_hidden_at_the_end() =>
        Assert.Equal("[MASKED]", Masked(["abcdef", "abcdefghi"], "abcdef"));

    [Fact]
    public void New_phrases_count_for_what_is_held_back()
    {
        var end = new CollectingStage();
        var masker = new PhraseMasker(PhraseSet.Compile(["hidden-one"], false), end);
        masker.Write("hidden-"u8);

        masker.Use(PhraseSet.Compile(["hidden-two"], false));
        masker.Write("two and hidden-one"u8);
        masker.Close();

        Assert.Equal("[MASKED] and hidden-one", end.Text);
    }

    [Fact]
    public void Any_chunking_gives_what_a_plain_search_gives()
    {
        // Few letters, so that overlaps, prefixes of prefixes and repeats are common.
        var phrase = Gen.String[Gen.Char['a', 'c'], 1, 12];
        var text = Gen.String[Gen.Char['a', 'd'], 0, 60];
        Gen.Select(phrase.Array[1, 6], text, Gen.Int[1, 9].Array[1, 20]).Sample(
            (phrases, whole, cuts) =>
            {
                var writes = Cut(whole, cuts);
                return Masked(phrases, writes) == Expected(phrases, whole);
            },
            iter: 20_000);
    }

    [Fact]
    public void Long_texts_and_long_phrases_give_what_a_plain_search_gives()
    {
        var word = Gen.String[Gen.Char['a', 'z'], 6, 40];
        Gen.Select(word.Array[1, 20], word.Array[5, 200], Gen.Int[0, 100].Array[200], Gen.Int[1, 500].Array[1, 9]).Sample(
            (phrases, words, picks, cuts) =>
            {
                var text = new StringBuilder();
                for (var i = 0; i < words.Length; i++)
                {
                    text.Append(picks[i % picks.Length] < 20 ? phrases[picks[i % picks.Length] % phrases.Length] : words[i]);
                }

                var whole = text.ToString();
                return Masked(phrases, Cut(whole, cuts)) == Expected(phrases, whole);
            },
            iter: 2_000);
    }

    private static string[] Cut(string whole, int[] lengths)
    {
        var pieces = new List<string>();
        for (int at = 0, i = 0; at < whole.Length; i++)
        {
            var length = Math.Min(lengths[i % lengths.Length], whole.Length - at);
            pieces.Add(whole.Substring(at, length));
            at += length;
        }

        return [.. pieces];
    }

    /// <summary>The law, naively: bytes of occurrences are hidden; occurrences that share bytes share a mark.</summary>
    private static string Expected(string[] phrases, string text)
    {
        var result = new StringBuilder();
        var covered = 0;
        for (var at = 0; at < text.Length; at++)
        {
            var longest = phrases.Where(phrase => text.AsSpan(at).StartsWith(phrase, StringComparison.Ordinal))
                .Select(phrase => phrase.Length).DefaultIfEmpty(0).Max();
            if (longest > 0)
            {
                if (at >= covered)
                {
                    result.Append("[MASKED]");
                }

                covered = Math.Max(covered, at + longest);
            }

            if (at >= covered)
            {
                result.Append(text[at]);
            }
        }

        return result.ToString();
    }

    private static string Masked(string[] phrases, params string[] writes)
    {
        var end = new CollectingStage();
        var masker = new PhraseMasker(PhraseSet.Compile(phrases, encodedForms: false), end);
        foreach (var write in writes)
        {
            masker.Write(Encoding.UTF8.GetBytes(write));
        }

        masker.Close();
        return end.Text;
    }
}
