using System.Text.Json;
using Gantry.Engine.Plans;
using Gantry.Pipelines.Patterns;
using Gantry.Runner.Configuration;
using Gantry.Runner.Configuration.Shapes;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Runner;

/// <summary>config-parse.json and config-lint.json: what a file decodes to.</summary>
public sealed class ConfigTables
{
    internal static readonly SettingsContext Context = new()
    {
        Environment = _ => null,
        CertificatesFolder = "/nonexistent",
        HostName = "host",
        ExecutablePath = "/usr/bin/gantry",
        Version = new ProductVersion("gitlab-runner", "1", "r", "linux", "amd64"),
    };

    [Fact]
    [Tables("config-parse", "parse", "load", "artifact-timeouts", "cleanup-timeout")]
    public Task Files_decode_as_the_official_runner_decodes_them() => RunnerCases.Run(31, one =>
        {
            var load = one.Input.GetProperty("load").GetBoolean();
            if (one.Expects("error_contains") || one.Expects("error") || one.Expects("error_kind"))
            {
                var problem = Assert.Throws<ConfigurationException>(() => Read(one.In("toml"), load));
                Assert.Contains(one.Expected.Text("error_contains") ?? KindText(one), problem.Message, StringComparison.Ordinal);
                return;
            }

            Check(one, Read(one.In("toml"), load));
        });

    [Fact]
    [Tables("config-parse", "string-or-array", "nfs")]
    public Task Single_tables_decode_alone() => RunnerCases.Run(10, one =>
    {
        var shape = one.Table == "nfs"
            ? new ConfigShape([ConfigKey.Table("nfs", KubernetesParts.Nfs)])
            : new ConfigShape([ConfigKey.TextOrList("string_or_array")]);
        if (one.Expects("error") || one.Expects("error_contains"))
        {
            var problem = Assert.Throws<ConfigurationException>(() => ConfigReader.Parse(one.In("toml"), "f", shape));
            Assert.Contains(one.Expected.Text("error_contains") ?? "", problem.Message, StringComparison.Ordinal);
            return;
        }

        CheckValues(one, ConfigReader.Parse(one.In("toml"), "f", shape).Table);
    });

    [Fact]
    [Tables("config-lint")]
    public Task Lint_finds_what_is_wrong() => RunnerCases.Run(4, one =>
    {
        var folder = Directory.CreateTempSubdirectory("gantry-lint-").FullName;
        try
        {
            var path = Path.Combine(folder, "config.toml");
            if (one.Input.Text("toml") is { } toml)
            {
                File.WriteAllText(path, toml);
            }

            var found = ConfigLint.Check(path, pattern => Re2.Compile(pattern));
            Assert.Equal(one.Expected.GetProperty("ok").GetBoolean(), found is null);
            Assert.Contains(one.Expected.Text("error_contains") ?? "", found ?? "", StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    });

    private static RunnerDaemonSettings Read(string toml, bool load)
    {
        var document = ConfigReader.Parse(toml, "config.toml");
        return load || ConfigRules.Check(document).Count == 0
            ? SettingsReader.Build(document, "s_123456789012", Context)
            : throw new InvalidOperationException("a decoding case must not break a rule");
    }

    private static string KindText(RunnerCase one) => one.Expected.Text("error_kind") switch
    {
        "invalid-label-key" => "invalid label key, doesn't match",
        "invalid-label-value" => "invalid label value, doesn't match",
        "labels-count-exceeded" => "exceeded maximum computed labels number of 32",
        _ => "",
    };

    private static void Check(RunnerCase one, RunnerDaemonSettings settings)
    {
        var table = settings.Document.Table;
        foreach (var length in one.Expected.Member("lengths")?.EnumerateObject().AsEnumerable() ?? [])
        {
            Assert.Equal(length.Value.GetInt32(), TablePaths.Length(TablePaths.Find(table, length.Name)));
        }

        Assert.All(one.Expected.Texts("present"), path => Assert.NotNull(TablePaths.Find(table, path)));
        Assert.All(one.Expected.Texts("absent"), path => Assert.Null(TablePaths.Find(table, path)));
        Assert.All(one.Expected.Texts("empty"), path => Assert.Equal(0, TablePaths.Length(TablePaths.Find(table, path))));
        Assert.All(one.Expected.Texts("not_empty"), path => Assert.NotEqual(0, TablePaths.Length(TablePaths.Find(table, path))));
        foreach (var value in one.Expected.Member("effective")?.EnumerateObject().AsEnumerable() ?? [])
        {
            CheckEffective(value, settings);
        }

        // A default that is filled in while loading is part of the settings, not of the decoded file.
        if (one.Table == "load" && one.Expected.Member("values")?.Member("connection_max_age") is { } age)
        {
            Assert.Equal(age.GetDouble(), settings.ConnectionMaxAge.TotalNanoseconds);
            return;
        }

        CheckValues(one, table);
    }

    private static void CheckValues(RunnerCase one, ConfigTable table)
    {
        foreach (var value in one.Expected.Member("values")?.EnumerateObject().AsEnumerable() ?? [])
        {
            TablePaths.AssertEqual(value.Value, TablePaths.Find(table, value.Name), value.Name);
        }
    }

    private static void CheckEffective(JsonProperty value, RunnerDaemonSettings settings)
    {
        switch (value.Name)
        {
            case "runners[0].computed_labels":
                var expected = value.Value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
                Assert.Equivalent(expected, settings.Runners[0].Labels, strict: true);
                break;
            case "runners[0].artifact.upload_timeout_s":
                Assert.Equal(value.Value.GetDouble(), settings.Runners[0].Settings.Artifact.UploadTimeout.TotalSeconds);
                break;
            case "runners[0].artifact.response_header_timeout_s":
                Assert.Equal(value.Value.GetDouble(), settings.Runners[0].Settings.Artifact.ResponseHeaderTimeout.TotalSeconds);
                break;
            case "kubernetes_dns_policy" or "kubernetes_dns_policy_error" or "runners[0].kubernetes.cleanup_resources_timeout_s":
                // What the kubernetes executor makes of its own keys is its business; here they only have to decode.
                break;
            default:
                throw new InvalidOperationException($"no check for {value.Name}");
        }
    }
}
