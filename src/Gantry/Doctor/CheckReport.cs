namespace Gantry.Doctor;

/// <summary>Prints what was looked at: one line each, and below what is wrong the way to mend it.</summary>
internal sealed class CheckReport(TextWriter output, bool colors)
{
    private int _warnings;
    private int _failures;

    public void Section(string title) => output.WriteLine($"\n{Paint("1", title)}");

    public void Good(string what, string detail) => output.WriteLine($"  {Paint("32", "ok  ")}  {what}: {detail}");

    /// <summary>Works, but not as it should.</summary>
    public void Warn(string what, string detail, string mend)
    {
        _warnings++;
        Problem("33", "warn", what, detail, mend);
    }

    /// <summary>Jobs will fail, or not come.</summary>
    public void Bad(string what, string detail, string mend)
    {
        _failures++;
        Problem("31", "FAIL", what, detail, mend);
    }

    public void Skip(string what, string why) => output.WriteLine($"  {Paint("90", "-   ")}  {what}: {why}");

    /// <returns>The exit status.</returns>
    public int Finish()
    {
        output.WriteLine(_failures == 0
            ? $"\n{(_warnings == 0 ? "Nothing is wrong." : $"It will work; {_warnings} to look at.")}"
            : $"\n{_failures} to mend, {_warnings} to look at.");
        return _failures == 0 ? 0 : 1;
    }

    private void Problem(string color, string mark, string what, string detail, string mend)
    {
        output.WriteLine($"  {Paint(color, mark)}  {what}: {detail.ReplaceLineEndings("\n        ")}");
        output.WriteLine($"        {Paint("36", "mend:")} {mend}");
    }

    private string Paint(string code, string text) => colors ? $"\e[{code}m{text}\e[0m" : text;
}
