namespace Gantry.Engine.Archives;

/// <summary>How a notice is printed: info or warning of the official log.</summary>
public enum NoticeLevel
{
    Note,
    Warning,
}
