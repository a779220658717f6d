namespace Gantry.Engine.Archives;

/// <summary>
/// An archive that cannot be read or must not be extracted, or a file list a format cannot hold. The message is for the user:
/// it names the entry. Faults of the disk stay <see cref="IOException"/>.
/// </summary>
public sealed class ArchiveException(string message, Exception? inner = null) : Exception(message, inner);
