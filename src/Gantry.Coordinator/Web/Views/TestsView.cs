using System.Globalization;
using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Parts;
using Gantry.Coordinator.Web.Texts;
using Microsoft.AspNetCore.Html;

namespace Gantry.Coordinator.Web.Views;

/// <summary>The tests of a pipeline, from the JUnit reports of its jobs.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Project">The project.</param>
/// <param name="Suites">Those with failures first, each with its job.</param>
internal sealed record TestsView(PageScope Scope, ProjectRow Project, IReadOnlyList<(TestSuite Suite, JobRow? Job)> Suites)
{
    /// <summary>Cases of a suite that are shown, what failed before what passed.</summary>
    public const int Shown = 500;

    public int Total => Suites.Sum(suite => suite.Suite.Cases.Count);

    public int Failed => Suites.Sum(suite => Bad(suite.Suite));

    public static int Bad(TestSuite suite) => suite.Count("failed") + suite.Count("error");

    public static IEnumerable<TestCase> Sorted(TestSuite suite) =>
        suite.Cases.OrderBy(test => test.Status switch { "failed" or "error" => 0, "skipped" => 2, _ => 1 }).Take(Shown);

    public static string Tone(TestCase test) => test.Status switch { "failed" or "error" => "is-failed", "skipped" => "is-neutral", _ => "is-success" };

    public static HtmlString IconOf(TestCase test) => test.Status switch { "failed" or "error" => Icon.Failed, "skipped" => Icon.Skipped, _ => Icon.Passed };

    public static string Label(TestCase test, Words words) => test.Status switch { "failed" or "error" => words.Failed, "skipped" => words.Skipped, _ => words.Passed };

    public static string Seconds(double seconds) => seconds switch
    {
        < 0.0005 => "0 ms",
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s"),
        _ => TimeMark.Clock(seconds),
    };
}
