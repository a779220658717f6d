using Gantry.Pipelines.Patterns;

namespace Gantry.Pipelines.Expressions;

/// <summary>What the names in an expression stand for.</summary>
internal readonly record struct ExpressionOperands(Func<string, string?> VariableOf, Func<string, ExpressionValue> InputOf);

/// <summary>A value of the language: nothing, a truth value or a text. Patterns are texts with slashes.</summary>
internal readonly record struct ExpressionValue
{
    public static readonly ExpressionValue Nothing;

    public string? Text { get; private init; }

    public bool? Truth { get; private init; }

    /// <summary>Nothing, blank text and false are not present.</summary>
    public bool IsPresent => Truth ?? !string.IsNullOrWhiteSpace(Text);

    public bool IsNothing => Text is null && Truth is null;

    public static ExpressionValue Of(string? text) => new() { Text = text };

    public static ExpressionValue Of(bool truth) => new() { Truth = truth };
}

/// <summary>A node of the tree. <c>&amp;&amp;</c> and <c>||</c> answer one of their operands, as in Ruby.</summary>
internal abstract record ExpressionNode
{
    private ExpressionNode()
    {
    }

    public abstract ExpressionValue Evaluate(in ExpressionOperands operands);

    public virtual IEnumerable<string> Inputs => [];

    public sealed record Constant(ExpressionValue Value) : ExpressionNode
    {
        public override ExpressionValue Evaluate(in ExpressionOperands operands) => Value;
    }

    public sealed record VariableName(string Name) : ExpressionNode
    {
        public override ExpressionValue Evaluate(in ExpressionOperands operands) => ExpressionValue.Of(operands.VariableOf(Name));
    }

    public sealed record InputName(string Name) : ExpressionNode
    {
        public override ExpressionValue Evaluate(in ExpressionOperands operands) => operands.InputOf(Name);

        public override IEnumerable<string> Inputs => [Name];
    }

    public sealed record Negation(ExpressionNode Operand) : ExpressionNode
    {
        public override ExpressionValue Evaluate(in ExpressionOperands operands) => ExpressionValue.Of(!Operand.Evaluate(operands).IsPresent);

        public override IEnumerable<string> Inputs => Operand.Inputs;
    }

    public sealed record Operation(TokenKind Kind, ExpressionNode Left, ExpressionNode Right) : ExpressionNode
    {
        public override IEnumerable<string> Inputs => Left.Inputs.Concat(Right.Inputs);

        public override ExpressionValue Evaluate(in ExpressionOperands operands)
        {
            var left = Left.Evaluate(operands);
            return Kind switch
            {
                TokenKind.And => left.IsPresent ? Right.Evaluate(operands) : left,
                TokenKind.Or => left.IsPresent ? left : Right.Evaluate(operands),
                TokenKind.Equal => ExpressionValue.Of(left == Right.Evaluate(operands)),
                TokenKind.NotEqual => ExpressionValue.Of(left != Right.Evaluate(operands)),
                TokenKind.Matches => ExpressionValue.Of(IsMatch(left, Right.Evaluate(operands))),
                _ => ExpressionValue.Of(!IsMatch(left, Right.Evaluate(operands))),
            };
        }

        // A right side that is no /pattern/ degenerates to "does it contain the left side as a pattern's plain text".
        private static bool IsMatch(ExpressionValue left, ExpressionValue right)
        {
            if (right.Text is not { } pattern)
            {
                return false;
            }

            var subject = left.Text ?? "";
            return RegexLiteral.Parse(pattern) is { } regex ? regex.IsMatch(subject) : pattern.Contains(subject, StringComparison.Ordinal);
        }
    }
}
