namespace Gantry.Runner.Transfers;

/// <summary>A transfer cannot be done. The message is the official runner's word for it; the command ends with status 1.</summary>
public sealed class TransferException(string message) : Exception(message);
