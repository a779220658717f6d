namespace Gantry.Engine.Processes;

/// <summary>A process could not be started or ended, or its output could not be taken. The message names the program, never its arguments.</summary>
public sealed class ProcessException(string message, Exception? inner = null) : Exception(message, inner);
