using System.Text;
using System.Text.Json;
using Gantry.Conformance.Tests.Plans;
using Gantry.Engine.Traces;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Traces;

public sealed class MaskingTables : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-conformance-").FullName;
    private int _logs;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Tables("masking-phrases")]
    public void Phrases() => Cases.Run(12, (input, expected) => Assert.Equal(
        expected.GetString(),
        Through(input, sink => new PhraseMasker(PhraseSet.Compile(input.Strings("phrases"), encodedForms: true), sink))));

    [Fact]
    [Tables("masking-token-prefixes")]
    public void Token_prefixes() => Cases.Run(9, (input, expected) => Assert.Equal(
        expected.GetString(),
        Through(input, sink => new TokenSanitiser(
            TokenPrefixes.Compile(input.Strings("extra_prefixes"), allDefaults: true, limit: 15), sink))));

    [Fact]
    [Tables("masking-url-params", "url-params")]
    public void Url_parameters() => Cases.Run(18, (input, expected) =>
        Assert.Equal(expected.GetString(), Through(input, sink => new UrlParameterSanitiser(sink))));

    [Fact]
    [Tables("masking-url-params", "logger")]
    public void Error_lines() => Cases.Run(2, (input, expected) =>
    {
        var text = Log(new MaskRules(), log => log.Error(input.GetProperty("error_line").GetString()!));
        Assert.All(expected.Strings("job_log_contains"), part => Assert.Contains(part, text, StringComparison.Ordinal));
    });

    [Fact]
    [Tables("masking-job-scenarios")]
    public void Whole_jobs() => Cases.Run(2, (input, expected) =>
    {
        var values = input.GetProperty("variables").EnumerateArray().ToDictionary(
            variable => variable.GetProperty("key").GetString()!, variable => variable.GetProperty("value").GetString()!);
        var rules = new MaskRules
        {
            Phrases = [.. input.GetProperty("variables").EnumerateArray()
                .Where(variable => variable.TryGetProperty("masked", out var masked) && masked.GetBoolean())
                .Select(variable => variable.GetProperty("value").GetString()!)],
            TokenPrefixes = [.. input.Strings("token_mask_prefixes")],
            AddMaskCommands = input.GetProperty("proxy_exec").GetBoolean(),
        };
        var text = Log(rules, log =>
        {
            foreach (var line in input.Strings("before_script"))
            {
                var echoed = line.Replace("echo ", "", StringComparison.Ordinal).Trim('"');
                log.Write(LogStream.ScriptOutput, Encoding.UTF8.GetBytes(echoed + "\n"));
            }

            foreach (var name in input.Strings("prints"))
            {
                log.Write(LogStream.ScriptOutput, Encoding.UTF8.GetBytes($"{name}={values[name]}\n"));
            }
        });
        Assert.All(expected.Strings("contains"), part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.All(expected.Strings("not_contains"), part => Assert.DoesNotContain(part, text, StringComparison.Ordinal));
    });

    /// <summary>The writes as they are, and byte by byte: the result is the same.</summary>
    private static string Through(JsonElement input, Func<SinkStage, ITraceStage> filter)
    {
        var whole = Through(input.Strings("writes").Select(Encoding.UTF8.GetBytes), filter);
        var single = Through(input.Strings("writes").SelectMany(Encoding.UTF8.GetBytes).Select(value => new[] { value }), filter);
        Assert.Equal(whole, single);
        return whole;
    }

    private static string Through(IEnumerable<byte[]> writes, Func<SinkStage, ITraceStage> filter)
    {
        var sink = new SinkStage();
        var stage = filter(sink);
        foreach (var write in writes)
        {
            stage.Write(write);
            stage.EndWrite();
        }

        stage.Close();
        return sink.Text;
    }

    private string Log(MaskRules rules, Action<JobLog> write)
    {
        using var spool = TraceSpool.Open(Path.Combine(_folder, $"{_logs++}"), null);
        var log = new JobLog(spool, new JobLogSettings { Timestamps = false, Masks = rules }, TimeProvider.System);
        write(log);
        log.Close();
        var bytes = new byte[spool.Size];
        spool.Read(0, bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
