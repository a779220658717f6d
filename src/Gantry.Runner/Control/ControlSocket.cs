namespace Gantry.Runner.Control;

/// <summary>Where a daemon listens for its own machine: a socket of mode 0600 in its state folder.</summary>
public static class ControlSocket
{
    /// <summary>Unix sockets cannot have longer paths.</summary>
    internal const int LongestPath = 103;

    public static string In(string stateFolder) => Path.Combine(stateFolder, "control.sock");
}
