using Gantry.Engine.Executors;
using Gantry.Engine.Plans;
using Gantry.Executors.Shell;
using Gantry.Runner.Configuration;

namespace Gantry.Commands;

/// <summary>
/// The executors of this build: a list literal, frozen by name. An executor is bound to one entry's settings when a job
/// needs it.
/// </summary>
internal static class ExecutorTable
{
    private static readonly ExecutorKind[] Kinds =
    [
        new("shell", ShellExecutor.ShellTraits, (entry, context) => new ShellExecutor()),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. Kinds.Select(kind => kind.Name)];

    public static ExecutorKind? Find(string name) => Kinds.FirstOrDefault(kind => kind.Name == name);
}
