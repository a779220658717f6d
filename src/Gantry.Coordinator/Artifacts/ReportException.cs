namespace Gantry.Coordinator.Artifacts;

/// <summary>A report that cannot be taken, in GitLab's words: 400 for the runner.</summary>
internal sealed class ReportException(string message) : Exception(message);
