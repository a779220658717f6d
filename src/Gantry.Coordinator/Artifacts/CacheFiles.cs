using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Artifacts;

/// <summary>The bytes of caches on disk, named by their row's id and never by their key.</summary>
internal sealed class CacheFiles(string folder)
{
    public void Place(ArtifactUpload upload, CacheRow cache) => File.Move(upload.Path, PathOf(cache), overwrite: true);

    /// <summary>Null when the bytes are gone.</summary>
    public FileStream? OpenRead(CacheRow cache) => File.Exists(PathOf(cache))
        ? new FileStream(PathOf(cache), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 64 * 1024, useAsync: true)
        : null;

    /// <summary>Whoever reads it now reads it to its end.</summary>
    public void Delete(CacheRow cache) => File.Delete(PathOf(cache));

    private string PathOf(CacheRow cache) => Path.Combine(folder, cache.Id.ToString("d8", null));
}
