using System.Globalization;
using System.Text.RegularExpressions;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Traps;

/// <summary>
/// The places where a runner is easily written wrong (official-job-protocol §11). A test that shows one is done right carries
/// <c>[Trait("Trap", "N")]</c>, in whichever project it stands; no number may be without one.
/// </summary>
public sealed partial class TrapListTests(ITestOutputHelper output)
{
    private static readonly string[] Traps =
    [
        "the number in the Range of a 416 is the next offset", "time stamps are on by default and count", "last_update is per token, from every call",
        "info is complete on every call", "404 aborts on PUT, not on PATCH", "403 aborts, network errors never", "a wrong type loses the job",
        "odd types of the payload", "GIT_DEPTH is the server's", "unknown submodule strategy fails, unknown strategy warns",
        "too large after_script timeout", "nothing to upload, too large, cache problems", "what runs after cancel, timeout and abort",
        "failed preparation stages skip the script", "CI_JOB_STATUS", "when, timeout, allow_failure of steps", "expansion of file variables and odd forms",
        "what jobs can override", "masking has no least length and is per stream", "credentials are outside of the work tree",
        "the work tree is cleaned, configuration and hooks go", "the temporary folder is a sibling", "cache keys and archives",
        "paths of artifacts are shell-expanded, excludes match files", "untracked includes ignored", "services and their ports",
        "services see public variables", "registry logins: first source, longest path", "lines of the docker log repeat", "exit code and exit status",
        "reasons a server does not know", "uploads are rebuilt for each try", "direct download on the first try", "what the job timeout covers",
        "202 on the final update", "the notice of the log limit",
    ];

    [Fact]
    public void Every_trap_has_a_test()
    {
        var claimed = Directory.EnumerateFiles(Path.Combine(CaseFile.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Claim().Matches(File.ReadAllText(file)))
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            .ToHashSet();
        var missing = Enumerable.Range(1, Traps.Length).Where(number => !claimed.Contains(number)).Select(number => $"{number}: {Traps[number - 1]}").ToList();

        output.WriteLine($"conformance: traps {Traps.Length - missing.Count}/{Traps.Length}");
        Assert.True(missing.Count == 0, "no test carries the trait of\n" + string.Join('\n', missing));
        Assert.All(claimed, number => Assert.InRange(number, 1, Traps.Length));
    }

    [GeneratedRegex("""\[(?:\w+, )?Trait\("Trap", "(\d+)"\)\]""")]
    private static partial Regex Claim();
}
