using System.Collections.Concurrent;

namespace Gantry.Pipelines.Expressions;

/// <summary>A parsed <c>rules:if</c>. Immutable; parsed once per text.</summary>
internal sealed class Expression
{
    // Many jobs share few conditions; the bound only keeps a long-lived server from growing.
    private const int CacheSize = 10_000;
    private static readonly ConcurrentDictionary<string, Expression?> Cache = new(StringComparer.Ordinal);

    private readonly ExpressionNode _root;

    private Expression(ExpressionNode root) => _root = root;

    /// <summary>Null when the text is no expression.</summary>
    public static Expression? Parse(string text)
    {
        if (Cache.TryGetValue(text, out var known))
        {
            return known;
        }

        if (Cache.Count >= CacheSize)
        {
            Cache.Clear();
        }

        var parsed = ExpressionToken.Scan(text) is { } tokens && new ExpressionParser(tokens).Parse() is { } root ? new Expression(root) : null;
        return Cache[text] = parsed;
    }

    /// <param name="variableOf">Value of a variable; null when it is not defined.</param>
    /// <param name="inputOf">Value of an input; only inputs' own rules have any.</param>
    public bool IsTrue(Func<string, string?> variableOf, Func<string, ExpressionValue>? inputOf = null) =>
        _root.Evaluate(new ExpressionOperands(variableOf, inputOf ?? (_ => ExpressionValue.Nothing))).IsPresent;

    /// <summary>Names of the inputs that it mentions.</summary>
    public IEnumerable<string> Inputs => _root.Inputs;
}
