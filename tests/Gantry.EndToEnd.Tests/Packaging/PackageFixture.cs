using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Packaging;

/// <summary>The packages of this checkout, built once: <c>packaging/build</c> into a folder of the test run.</summary>
public sealed class PackageFixture : IAsyncLifetime
{
    private static readonly string[] Kinds = ["deb", "rpm", "tar", "static", "image", "arm64", "portable"];

    public string Folder { get; } = Path.Combine(GantryBinary.Root, "out", "packages");

    /// <summary>Name and size of each, as <c>packaging/build</c> prints them.</summary>
    public string Sizes { get; private set; } = "";

    public async ValueTask InitializeAsync() =>
        Sizes = await RunningProcess.RunAsync(Path.Combine(GantryBinary.Root, "packaging", "build"), Kinds, folder: GantryBinary.Root);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
