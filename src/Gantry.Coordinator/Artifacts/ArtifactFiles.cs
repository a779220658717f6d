using System.Buffers;
using System.Security.Cryptography;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Artifacts;

/// <summary>
/// The bytes of artifacts on disk, named by their row's id and never by what a runner or job calls them. An upload goes to
/// its own file first and is moved when complete, so that a half one is never seen. Thread-safe.
/// </summary>
internal sealed class ArtifactFiles(string folder, string uploads)
{
    /// <summary>
    /// Reads <paramref name="source"/> to its end into a new upload. Stops with <see cref="ArtifactTooLargeException"/> beyond
    /// <paramref name="limit"/> bytes; nothing is left behind then.
    /// </summary>
    public async Task<ArtifactUpload> ReceiveAsync(Stream source, long limit, CancellationToken cancellation)
    {
        var path = Path.Combine(uploads, Guid.NewGuid().ToString("n"));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        var complete = false;
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
            for (int count; (count = await source.ReadAsync(buffer, cancellation)) > 0;)
            {
                if (file.Length + count > limit)
                {
                    throw new ArtifactTooLargeException(limit);
                }

                hash.AppendData(buffer, 0, count);
                await file.WriteAsync(buffer.AsMemory(0, count), cancellation);
            }

            file.Flush(flushToDisk: true);
            complete = true;
            return new ArtifactUpload(path, file.Length, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (!complete)
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>Puts a received upload under the row that was made for it.</summary>
    public void Place(ArtifactUpload upload, JobArtifactRow artifact)
    {
        var path = PathOf(artifact);
        DataFolder.Create(Path.GetDirectoryName(path)!);
        File.Move(upload.Path, path, overwrite: true);
    }

    public void Drop(ArtifactUpload upload) => File.Delete(upload.Path);

    public FileStream OpenRead(ArtifactUpload upload) => Open(upload.Path);

    /// <summary>Null when the bytes are gone.</summary>
    public FileStream? OpenRead(JobArtifactRow artifact)
    {
        var path = PathOf(artifact);
        return File.Exists(path) ? Open(path) : null;
    }

    public void Delete(JobArtifactRow artifact)
    {
        var path = PathOf(artifact);
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>What a killed process left half done.</summary>
    public void EmptyUploads()
    {
        foreach (var file in Directory.EnumerateFiles(uploads))
        {
            File.Delete(file);
        }
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 64 * 1024, useAsync: true);

    private string PathOf(JobArtifactRow artifact) =>
        Path.Combine(folder, (artifact.JobId / 1000).ToString("d4", null), $"{artifact.JobId}-{artifact.Id}");
}
