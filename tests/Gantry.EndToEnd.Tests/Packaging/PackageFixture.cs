using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Packaging;

/// <summary>The packages of this checkout, built once: <c>packaging/build</c> into a folder of the test run.</summary>
public sealed class PackageFixture : IAsyncLifetime
{
    public string Folder { get; } = Path.Combine(GantryBinary.Root, "out", "packages");

    /// <summary>Name and size of each, as <c>packaging/build</c> prints them.</summary>
    public string Sizes { get; private set; } = "";

    public async ValueTask InitializeAsync() => Sizes = await BuildAsync("deb", "rpm", "tar", "static", "image");

    public static Task<string> BuildAsync(params string[] kinds) =>
        RunningProcess.RunAsync(Path.Combine(GantryBinary.Root, "packaging", "build"), kinds, folder: GantryBinary.Root);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
