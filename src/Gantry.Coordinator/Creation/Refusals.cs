namespace Gantry.Coordinator.Creation;

/// <summary>GitLab's sentences for pipelines that are not made.</summary>
internal static class Refusals
{
    public static string MayNotRun(string reference) =>
        $"You do not have sufficient permission to run a pipeline on '{reference}'. Please select a different branch or contact your administrator for assistance.";
}
