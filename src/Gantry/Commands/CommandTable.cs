using Gantry.CommandLine;

namespace Gantry.Commands;

/// <summary>Every command, in the order help shows them.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<Command> All() =>
    [
    ];
}
