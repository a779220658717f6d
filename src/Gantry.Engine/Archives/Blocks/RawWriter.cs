namespace Gantry.Engine.Archives.Blocks;

/// <summary>One file, its bytes and nothing else.</summary>
internal sealed class RawWriter(ArchiveOutput output, Action<ArchiveNotice> report) : IBlockSink
{
    public ValueTask WriteAsync(FileBlock block, CancellationToken cancellationToken)
    {
        if (block.Missing is not null)
        {
            report(ArchiveNotice.Warning($"File ignored: {block.Missing}"));
            return ValueTask.CompletedTask;
        }

        return output.WriteAsync(block.Content!.Written, cancellationToken);
    }

    public ValueTask FinishAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
