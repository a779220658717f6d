namespace Gantry.Rooms.Tests;

public sealed class MapTests
{
    [Fact]
    public void Projects_reference_what_the_map_allows() => Ratchet.Hold("reference", ReferenceRules.All());

    [Fact]
    public void Rooms_know_only_what_the_arrows_allow() => Ratchet.Hold("arrow", ArrowRules.Breaks(SourceTree.Product));

    [Fact]
    public void Pure_rooms_stay_pure() => Ratchet.Hold("pure", ArrowRules.Impure(SourceTree.Product));

    [Fact]
    public void Banned_symbols_are_an_error_in_every_product_project()
    {
        var settings = File.ReadAllText(Path.Combine(SourceTree.Root, ".editorconfig"));
        var properties = File.ReadAllText(Path.Combine(SourceTree.Root, "Directory.Build.props"));

        Assert.Contains("dotnet_diagnostic.RS0030.severity = error", settings, StringComparison.Ordinal);
        Assert.Contains("eng/BannedSymbols.txt", properties, StringComparison.Ordinal);
    }

    [Fact]
    public void Package_versions_stand_in_one_file_with_a_reason()
    {
        var lines = File.ReadAllLines(Path.Combine(SourceTree.Root, "Directory.Packages.props"));
        var versions = lines.Where(line => line.Contains("<PackageVersion ", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(versions);
        Assert.All(versions, line => Assert.Contains("<!--", line, StringComparison.Ordinal));
    }
}
