namespace Gantry.Pipelines.Expressions;

/// <summary>
/// <c>or := and ("||" and)*</c>, <c>and := comparison ("&amp;&amp;" comparison)*</c>, <c>comparison := unary (operator unary)*</c>,
/// <c>unary := "!" unary | "(" or ")" | operand</c>.
/// </summary>
internal sealed class ExpressionParser(IReadOnlyList<ExpressionToken> tokens)
{
    private int _at;

    /// <summary>Null when the words make no expression.</summary>
    public ExpressionNode? Parse() => Or() is { } root && _at == tokens.Count ? root : null;

    private ExpressionNode? Or() => Chain(And, TokenKind.Or);

    private ExpressionNode? And() => Chain(Comparison, TokenKind.And);

    private ExpressionNode? Comparison() =>
        Chain(Unary, TokenKind.Equal, TokenKind.NotEqual, TokenKind.Matches, TokenKind.DoesNotMatch);

    private ExpressionNode? Chain(Func<ExpressionNode?> operand, params TokenKind[] operators)
    {
        var left = operand();
        while (left is not null && _at < tokens.Count && operators.Contains(tokens[_at].Kind))
        {
            var kind = tokens[_at++].Kind;
            if (operand() is not { } right || !Allows(kind, right))
            {
                return null;
            }

            left = new ExpressionNode.Operation(kind, left, right);
        }

        return left;
    }

    // A broken pattern literal is a syntax error; one in a variable shows only when it is used.
    private static bool Allows(TokenKind kind, ExpressionNode right) =>
        kind is not (TokenKind.Matches or TokenKind.DoesNotMatch) || right is not ExpressionNode.Constant { Value.Text: { } text }
        || text.Length == 0 || text[0] != '/' || Patterns.RegexLiteral.Parse(text) is not null;

    private ExpressionNode? Unary()
    {
        if (_at >= tokens.Count)
        {
            return null;
        }

        var token = tokens[_at++];
        switch (token.Kind)
        {
            case TokenKind.Not:
                return Unary() is { } operand ? new ExpressionNode.Negation(operand) : null;
            case TokenKind.Open:
                var inner = Or();
                return inner is not null && _at < tokens.Count && tokens[_at++].Kind == TokenKind.Close ? inner : null;
            case TokenKind.Variable:
                return new ExpressionNode.VariableName(token.Value);
            case TokenKind.Input:
                return new ExpressionNode.InputName(token.Value);
            case TokenKind.Text or TokenKind.Pattern:
                return new ExpressionNode.Constant(ExpressionValue.Of(token.Value));
            case TokenKind.Null:
                return new ExpressionNode.Constant(ExpressionValue.Nothing);
            case TokenKind.True or TokenKind.False:
                return new ExpressionNode.Constant(ExpressionValue.Of(token.Kind == TokenKind.True));
            default:
                return null;
        }
    }
}
