namespace Gantry.Engine.Traces;

/// <summary>Control sequences of job logs, in the exact form that GitLab's log viewer and tests know (official-job-protocol §3.7).</summary>
public static class Ansi
{
    public const string BoldRed = "\e[31;1m";
    public const string BoldGreen = "\e[32;1m";
    public const string BoldYellow = "\e[33;1m";
    public const string BoldCyan = "\e[36;1m";
    public const string BoldWhite = "\e[37;1m";
    public const string Yellow = "\e[0;33m";
    public const string Grey = "\e[0;37m";

    /// <summary>The form with a semicolon.</summary>
    public const string Reset = "\e[0;m";

    /// <summary>Clear to the end of the line.</summary>
    public const string ClearLine = "\e[0K";
}
