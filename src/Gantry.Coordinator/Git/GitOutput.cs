namespace Gantry.Coordinator.Git;

/// <summary>How a git process ended.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Bytes">Standard output, when it was kept.</param>
/// <param name="Message">Standard error, shortened.</param>
internal sealed record GitOutput(int ExitCode, byte[] Bytes, string Message);
