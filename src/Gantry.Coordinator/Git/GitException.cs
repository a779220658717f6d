namespace Gantry.Coordinator.Git;

/// <summary>git could not do what should always work.</summary>
internal sealed class GitException(string command, int exitCode, string message)
    : Exception($"git {command} failed with exit code {exitCode}: {message}");
