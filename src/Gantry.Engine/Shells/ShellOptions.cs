namespace Gantry.Engine.Shells;

/// <summary>How a script is rendered, besides what it says.</summary>
public sealed record ShellOptions
{
    /// <summary>The job's temporary folder: file variables, <c>GITLAB_ENV</c>.</summary>
    public required string TemporaryFolder { get; init; }

    /// <summary><c>CI_DEBUG_TRACE</c>: the shell shows each command it runs.</summary>
    public bool Trace { get; init; }

    /// <summary><c>FF_ENABLE_BASH_EXIT_CODE_CHECK</c>.</summary>
    public bool ExitCodeCheck { get; init; }

    /// <summary><c>FF_USE_LEGACY_BASH_EVAL</c>.</summary>
    public bool LegacyEval { get; init; }

    /// <summary><c>FF_POSIXLY_CORRECT_ESCAPES</c>.</summary>
    public bool PosixEscapes { get; init; }

    /// <summary><c>FF_SCRIPT_SECTIONS</c>.</summary>
    public bool ScriptSections { get; init; }

    /// <summary>Files that scripts write (file variables, credentials) are for the job's user alone: others use the machine.</summary>
    public bool PrivateFiles { get; init; }
}
