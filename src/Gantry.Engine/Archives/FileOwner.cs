namespace Gantry.Engine.Archives;

/// <summary>Numeric owner, as in zip field 0x7875 and tar headers.</summary>
public readonly record struct FileOwner(uint User, uint Group);
