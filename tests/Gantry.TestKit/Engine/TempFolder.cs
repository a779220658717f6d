namespace Gantry.TestKit.Engine;

/// <summary>A folder that is gone after the test, also what is write-protected in it.</summary>
public sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("gantry-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
