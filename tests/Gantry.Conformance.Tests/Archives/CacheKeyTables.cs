using System.Text.Json;
using Gantry.Engine.Archives;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Archives;

/// <summary>cache-key-sanitising.json, and of cache-keys.json what one key comes to (expansion and order are the plan's).</summary>
public sealed class CacheKeyTables
{
    [Fact]
    [Tables("cache-key-sanitising", "sanitise")]
    public void Keys_are_sanitised_as_by_the_official_runner()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var expected = one.Expected;
            var good = CacheKey.TrySanitise(one.Input.GetString()!, out var key);
            Assert.True(expected.GetProperty("error").GetBoolean() == !good, one.Name);
            Assert.True((key ?? "") == expected.Text("key"), $"{one.Name}: {key}");
        }

        Assert.Equal(44, cases.Count);
    }

    [Fact]
    [Tables("cache-key-sanitising", "invariants", "idempotent")]
    public void Sanitised_keys_obey_the_invariants()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            CacheKey.TrySanitise(one.Input.GetString()!, out var key);
            key ??= "";
            Assert.True(CacheKey.TrySanitise(key, out var again) && again == key, one.Name);
            Assert.True(key == key.Trim('/').TrimEnd() && !key.Contains('\\'), one.Name);
            Assert.DoesNotContain(key.Split('/'), segment => segment is "." or "..");
        }

        Assert.Equal(12, cases.Count);
    }

    [Fact]
    [Tables("cache-keys", "config")]
    [Trait("Trap", "23")]
    public void Keys_have_their_human_hashed_and_file_forms()
    {
        var cases = CaseFile.OfThisTest();
        var compared = 0;
        foreach (var one in cases)
        {
            var expected = one.Expected;
            if (!expected.TryGetProperty("unix", out var unix))
            {
                continue;
            }

            var key = KeyOf(one.Input, one.Input.Text("key"), out var warning)!;
            Assert.True(key.Human == unix.Text("human_key"), one.Name);
            Assert.True(key.Name == unix.Text("key"), one.Name);
            Assert.True(key.Alternate == unix.Text("alternate_key"), one.Name);
            Assert.Equal(expected.Texts("warnings"), warning is null ? [] : [warning]);
            Assert.Equal(unix.Text("archive_file"), LocalFile(one.Input, key.Name));
            Assert.Equal(unix.Text("alternate_file"), LocalFile(one.Input, key.Alternate));
            compared++;
        }

        Assert.Equal(6, compared);
    }

    [Fact]
    [Tables("cache-keys", "extract-default", "extract-fallback")]
    public void Fallback_keys_are_refused_or_kept()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var input = one.Input;
            List<string> keys = [], warnings = [];
            var fallback = input.Text("fallback_variable");
            var wanted = input.Texts("fallback_keys").Prepend(input.Text("key")).ToList();
            if (!CacheKey.IsAllowedFallback(fallback))
            {
                warnings.Add($"CACHE_FALLBACK_KEY \"{fallback}\" not allowed to end in \"-protected\"");
            }
            else if (fallback.Length > 0)
            {
                wanted.Add(fallback);
            }

            foreach (var raw in wanted)
            {
                if (KeyOf(input, raw, out var warning) is { } key)
                {
                    keys.Add(key.Human);
                }

                warnings.AddRange(warning is null ? [] : [warning]);
            }

            var expected = one.Expected;
            Assert.Equal(expected.Texts("keys").Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
            Assert.Equal(expected.Texts("warnings"), warnings);
        }

        Assert.Equal(30, cases.Count);
    }

    [Fact]
    [Tables("cache-keys", "archive")]
    public void Keys_that_cannot_be_sanitised_skip_the_upload()
    {
        var cases = CaseFile.OfThisTest();
        foreach (var one in cases)
        {
            var expected = one.Expected;
            var key = KeyOf(one.Input, one.Input.Text("key"), out var warning);
            Assert.True(key?.Human == expected.GetProperty("human_key").GetString(), one.Name);
            Assert.Equal(expected.Texts("warnings"), warning is null ? [] : [warning]);
        }

        Assert.Equal(7, cases.Count);
    }

    private static CacheKey? KeyOf(JsonElement input, string raw, out string? warning)
    {
        var variables = input.GetProperty("variables").EnumerateArray().ToDictionary(v => v.Text("key"), v => v.Text("value"));
        Assert.True(ShellExpansion.TryExpand(raw.Replace(@"\", @"\\", StringComparison.Ordinal), variables, out var expanded, out _));
        expanded = raw.Length == 0 ? CacheKey.Default(input.Text("job_name"), input.Text("ref")) : expanded;
        return CacheKey.From(expanded!, input.GetProperty("hash_keys").GetBoolean(), out warning);
    }

    private static string LocalFile(JsonElement input, string name) =>
        Path.GetRelativePath(input.Text("build_dir"), CacheKey.LocalFile(input.Text("cache_dir"), name));
}
