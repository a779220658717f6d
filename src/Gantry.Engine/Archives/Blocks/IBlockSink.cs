namespace Gantry.Engine.Archives.Blocks;

/// <summary>An archive format: takes finished blocks in order, one at a time.</summary>
internal interface IBlockSink
{
    /// <summary>A block; those of one entry follow each other. After a missing first block the entry's others do not come.</summary>
    ValueTask WriteAsync(FileBlock block, CancellationToken cancellationToken);

    /// <summary>What stands behind the last entry.</summary>
    ValueTask FinishAsync(CancellationToken cancellationToken);
}
