using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Engine.Archives.Extraction;

/// <summary>
/// Files of a stream that one thread reads, written by others meanwhile: making a file costs more than reading one. The reader
/// waits where order matters (<see cref="Await"/>): for a file of the same path, and before what another file is needed for.
/// </summary>
internal sealed class SmallFiles(ExtractionPlace place) : IDisposable
{
    /// <summary>Larger ones are better written as they are read.</summary>
    public const int Largest = 256 * 1024;

    // At once, read and not yet written.
    private const int Most = 32;

    private readonly SemaphoreSlim _free = new(Most);
    private readonly ConcurrentDictionary<string, byte> _open = new(StringComparer.Ordinal);
    private ExceptionDispatchInfo? _fault;

    /// <summary>
    /// Takes the file over, and its content, rented from the shared pool. Of this path no other one may be open: see <see cref="Await"/>.
    /// </summary>
    /// <exception cref="Exception">What writing an earlier file has thrown.</exception>
    public void Add(FileEntry entry, byte[] content, int length, CancellationToken cancellationToken)
    {
        _free.Wait(cancellationToken);
        _open[entry.Path] = 0;
        ThreadPool.UnsafeQueueUserWorkItem(_ => Write(entry, content, length), null);
        ThrowFault();
    }

    /// <summary>Returns when the file of that path is written, if it is one of these.</summary>
    public void Await(string path)
    {
        if (_open.ContainsKey(path))
        {
            Complete();
        }
    }

    /// <summary>Returns when all are written.</summary>
    /// <exception cref="Exception">What writing has thrown.</exception>
    public void Complete()
    {
        Drain();
        _free.Release(Most);
        ThrowFault();
    }

    public void Dispose()
    {
        Drain();
        _free.Dispose();
    }

    private void Drain()
    {
        for (var i = 0; i < Most; i++)
        {
            _free.Wait();
        }
    }

    private void ThrowFault() => Volatile.Read(ref _fault)?.Throw();

    private void Write(FileEntry entry, byte[] content, int length)
    {
        try
        {
            place.AddFile(entry, Fill);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(fault), null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(content);
            _open.TryRemove(entry.Path, out _);
            _free.Release();
        }

        void Fill(SafeFileHandle file) => RandomAccess.Write(file, content.AsSpan(0, length), 0);
    }
}
