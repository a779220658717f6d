namespace Gantry.Runner.Registration;

/// <summary>
/// A command about runner entries cannot go on. The message is for the user, in the official runner's words where it
/// has any, and holds no secret.
/// </summary>
public sealed class RunnerCommandException(string message) : Exception(message);
