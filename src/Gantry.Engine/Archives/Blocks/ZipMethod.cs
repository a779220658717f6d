namespace Gantry.Engine.Archives.Blocks;

/// <summary>Compression methods by their number in zip headers (APPNOTE 4.4.5).</summary>
internal enum ZipMethod : ushort
{
    Store = 0,
    Deflate = 8,
    Zstd = 93,
}
