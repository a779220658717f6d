namespace Gantry.Engine.Archives;

/// <summary>What an entry is. <see cref="Other"/> (pipe, socket, device) is selected and counted, but not archived.</summary>
public enum FileKind
{
    File,
    Folder,
    Link,
    Other,
}
