using Gantry.Engine.Shells;
using Gantry.Protocol;

namespace Gantry.Engine.Stages;

/// <summary>What a stage comes to before anything runs.</summary>
internal abstract record Composition
{
    private Composition() { }

    /// <param name="Statements">The script.</param>
    /// <param name="Warnings">Said by the runner before the script runs.</param>
    public sealed record Script(IReadOnlyList<Statement> Statements, IReadOnlyList<string> Warnings) : Composition;

    /// <summary>Nothing to do.</summary>
    public sealed record Nothing : Composition;

    /// <summary>The settings make no script: the stage fails without running.</summary>
    public sealed record Impossible(FailureReason Reason, string Message) : Composition;

    public static Composition Of(ScriptBuilder script, params IReadOnlyList<string> warnings) => new Script(script.Statements, warnings);
}
