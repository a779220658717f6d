using System.Text.RegularExpressions;
using Gantry.Pipelines.Model;
using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Entries;

/// <summary><c>artifacts</c> with its reports.</summary>
internal static partial class ArtifactsKeyword
{
    private static readonly string[] Keys =
        ["name", "untracked", "paths", "reports", "when", "expire_in", "expose_as", "exclude", "public", "access"];

    /// <summary>Report → wire type, format and file name of the upload.</summary>
    private static readonly Dictionary<string, (string Type, string Format, string FileName)> Reports = new(StringComparer.Ordinal)
    {
        ["junit"] = ("junit", "gzip", "junit.xml"),
        ["dotenv"] = ("dotenv", "gzip", ".env"),
        ["codequality"] = ("codequality", "raw", "gl-code-quality-report.json"),
        ["sast"] = ("sast", "raw", "gl-sast-report.json"),
        ["dependency_scanning"] = ("dependency_scanning", "raw", "gl-dependency-scanning-report.json"),
        ["container_scanning"] = ("container_scanning", "raw", "gl-container-scanning-report.json"),
        ["cluster_image_scanning"] = ("cluster_image_scanning", "raw", "gl-cluster-image-scanning-report.json"),
        ["dast"] = ("dast", "raw", "gl-dast-report.json"),
        ["secret_detection"] = ("secret_detection", "raw", "gl-secret-detection-report.json"),
        ["coverage_fuzzing"] = ("coverage_fuzzing", "raw", "gl-coverage-fuzzing.json"),
        ["api_fuzzing"] = ("api_fuzzing", "raw", "gl-api-fuzzing-report.json"),
        ["license_scanning"] = ("license_scanning", "raw", "gl-license-scanning-report.json"),
        ["metrics"] = ("metrics", "gzip", "metrics.txt"),
        ["terraform"] = ("terraform", "raw", "tfplan.json"),
        ["performance"] = ("performance", "raw", "performance.json"),
        ["browser_performance"] = ("browser_performance", "raw", "browser-performance.json"),
        ["load_performance"] = ("load_performance", "raw", "load-performance.json"),
        ["accessibility"] = ("accessibility", "raw", "gl-accessibility.json"),
        ["lsif"] = ("lsif", "zip", "lsif.json"),
        ["cyclonedx"] = ("cyclonedx", "gzip", "gl-sbom.cdx.json"),
        ["annotations"] = ("annotations", "gzip", "gl-annotations.json"),
        ["requirements"] = ("requirements", "raw", "requirements.json"),
        ["requirements_v2"] = ("requirements_v2", "raw", "requirements_v2.json"),
        ["repository_xray"] = ("repository_xray", "gzip", "gl-repository-xray.json"),
        ["sarif"] = ("sarif", "gzip", "gl-sarif-report.json"),
    };

    private static readonly string[] ReportKeys = [.. Reports.Keys, "coverage_report"];

    public static ArtifactsModel? Read(YamlNode? node, Scope scope)
    {
        if (scope.Map(node) is not { } map)
        {
            return null;
        }

        scope.OnlyKeys(map, Keys);
        scope.Exclusive(map, "access", "public");
        var isPublic = scope.Flag(map, "public");
        var paths = scope.Strings(map, "paths") ?? [];
        return new ArtifactsModel
        {
            Name = scope.Text(map, "name"),
            Paths = paths,
            Exclude = scope.Strings(map, "exclude") ?? [],
            Untracked = scope.Flag(map, "untracked") ?? false,
            When = scope.Choice(map, "when", "on_success", "on_failure", "always") ?? "on_success",
            ExpireIn = ExpireIn(map, scope),
            ExposeAs = ExposeAs(map, paths, scope),
            Access = scope.Choice(map, "access", "all", "developer", "maintainer", "none") ?? (isPublic == false ? "developer" : "all"),
            Reports = ReadReports(map["reports"], scope.At("reports")),
        };
    }

    private static string? ExpireIn(YamlMap map, Scope scope)
    {
        if (map["expire_in"] is null or { IsNull: true })
        {
            return null;
        }

        if (map["expire_in"] is YamlScalar scalar && (scalar.Text == "never" || Duration.Parse(scalar.Text) is not null))
        {
            return scalar.Text;
        }

        scope.About(map["expire_in"], "expire in", "should be a duration", "for example 30 mins, 1 week or never");
        return null;
    }

    private static string? ExposeAs(YamlMap map, IReadOnlyList<string> paths, Scope scope)
    {
        if (scope.Text(map, "expose_as") is not { } text)
        {
            return null;
        }

        if (text.Length > 100)
        {
            scope.About(map["expose_as"], "expose as", "is too long (maximum is 100 characters)");
        }
        else if (!ExposedName().IsMatch(text))
        {
            scope.About(map["expose_as"], "expose as", "can contain only letters, digits, '-', '_' and spaces");
        }

        if (paths.Count == 0)
        {
            scope.About(map, "paths", "can't be blank");
        }
        else if (paths.Any(path => path.Contains('*', StringComparison.Ordinal)))
        {
            scope.About(map["paths"], "paths", "can't contain '*' when used with 'expose_as'");
        }

        return text;
    }

    private static List<ReportModel> ReadReports(YamlNode? node, Scope scope)
    {
        var reports = new List<ReportModel>();
        if (scope.Map(node) is not { } map)
        {
            return reports;
        }

        scope.OnlyKeys(map, ReportKeys);
        foreach (var (key, value) in map.Entries)
        {
            if (key.Text == "coverage_report")
            {
                Coverage(value, scope.At("coverage_report"), reports);
            }
            else if (Reports.TryGetValue(key.Text, out var known) && scope.OneOrMany(map, key.Text) is { } paths)
            {
                reports.Add(new ReportModel(known.Type, known.Format, known.FileName, paths));
            }
        }

        return reports;
    }

    private static void Coverage(YamlNode node, Scope scope, List<ReportModel> reports)
    {
        if (scope.Map(node) is not { } map)
        {
            return;
        }

        scope.OnlyKeys(map, ["coverage_format", "path"]);
        var format = scope.Choice(map, "coverage_format", "cobertura", "jacoco");
        var path = scope.Text(map, "path");
        if (map["coverage_format"] is null)
        {
            scope.About(map, "coverage format", "can't be blank");
        }

        if (string.IsNullOrEmpty(path))
        {
            scope.About(map, "path", "can't be blank");
        }
        else if (format is not null)
        {
            reports.Add(new ReportModel(format, "gzip", $"{format}-coverage.xml", [path]));
        }
    }

    [GeneratedRegex(@"\A\w[-\w ]*\z")]
    private static partial Regex ExposedName();
}
