using Gantry.Coordinator.Store;
using Gantry.Coordinator.Web.Texts;

namespace Gantry.Coordinator.Web.Parts;

/// <summary>How the state of a runner is shown.</summary>
internal static class RunnerLook
{
    public static StatusLook Of(RunnerRow runner, DateTimeOffset now, Words words) =>
        runner.Paused ? new(words.Paused, Icon.Pending, "is-neutral", 1) : Of(runner.Status(now), words);

    public static StatusLook Of(RunnerMachineRow machine, DateTimeOffset now, Words words) => Of(machine.Status(now), words);

    private static StatusLook Of(string status, Words words) => status switch
    {
        "online" => new(words.Online, Icon.Passed, "is-success", 0),
        "offline" => new(words.Offline, Icon.Canceled, "is-neutral", 2),
        "stale" => new(words.Stale, Icon.Warning, "is-warning", 3),
        _ => new(words.NeverContacted, Icon.Created, "is-neutral", 4),
    };
}
