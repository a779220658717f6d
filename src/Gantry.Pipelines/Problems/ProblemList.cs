using Gantry.Pipelines.Yaml;

namespace Gantry.Pipelines.Problems;

/// <summary>Collects everything that is wrong in one compilation. The same message is kept once.</summary>
internal sealed class ProblemList
{
    private readonly List<Problem> _errors = [];
    private readonly List<Problem> _warnings = [];
    private readonly HashSet<(string, Mark)> _seen = [];

    public IReadOnlyList<Problem> Errors => _errors;

    public IReadOnlyList<Problem> Warnings => _warnings;

    public void Add(string message, Mark mark, string? hint = null) => Put(_errors, message, mark, hint);

    public void Add(string message, YamlNode? at, string? hint = null) => Put(_errors, message, at?.Mark ?? default, hint);

    public void Warn(string message, Mark mark, string? hint = null) => Put(_warnings, message, mark, hint);

    private void Put(List<Problem> list, string message, Mark mark, string? hint)
    {
        if (_seen.Add((message, mark)))
        {
            list.Add(new Problem { Message = message, File = mark.File, Line = mark.Line, Column = mark.Column, Hint = hint });
        }
    }
}
