using System.Reflection;
using Xunit;
using Xunit.v3;

namespace Gantry.TestKit.Tables;

/// <summary>
/// The tables of tests/conformance/runner that a test runs: all of a file when none is named. The test gets its cases from
/// <see cref="CaseFile.OfThisTest"/>; it fails when it does not ask for all of them.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class TablesAttribute(string file, params string[] tables) : BeforeAfterTestAttribute
{
    /// <summary>Such as <c>git-urls</c>.</summary>
    public string File => file;

    public IReadOnlyList<string> Tables => tables;

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        var read = CaseFile.ReadBy(TestContext.Current);
        var wanted = tables.Length > 0 ? tables : CaseFile.Read(file).Where(one => CaseFile.ReasonNotToRun(file, one) is null).Select(one => one.Table).Distinct();
        var unread = wanted.Where(table => !read.ContainsKey($"{file}/{table}")).ToList();
        if (unread.Count > 0)
        {
            throw new InvalidOperationException($"The test did not read all tables that it names, or they are not there: {file}/{string.Join(' ', unread)}.");
        }
    }
}
