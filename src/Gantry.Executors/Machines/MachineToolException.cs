namespace Gantry.Executors.Machines;

/// <summary>A call of docker-machine that failed. The message names the call, the machine and what the tool said last.</summary>
internal sealed class MachineToolException(string message, Exception? inner = null) : Exception(message, inner);
