namespace Gantry.Rooms.Tests;

public sealed class StyleTests
{
    [Fact]
    public void Files_stay_within_the_budget() => Ratchet.Hold("file-lines", SizeRules.Files(SourceTree.Product));

    [Fact]
    public void Methods_stay_within_the_budget() => Ratchet.Hold("method-lines", SizeRules.Methods(SourceTree.Product));

    [Fact]
    public void Parameter_lists_stay_within_the_budget() => Ratchet.Hold("parameters", SizeRules.ParameterLists(SourceTree.Product));

    [Fact]
    public void Interfaces_stay_within_the_budget() => Ratchet.Hold("interface-members", SizeRules.Interfaces(SourceTree.Product));

    [Fact]
    public void Type_names_carry_a_responsibility() => Ratchet.Hold("suffix", NameRules.Suffixes(SourceTree.Product));

    [Fact]
    public void No_folder_is_a_drawer() => Ratchet.Hold("folder", NameRules.Folders([.. SourceTree.Product, .. SourceTree.Tests]));

    [Fact]
    public void Namespaces_follow_folders() => Ratchet.Hold("namespace", NameRules.Namespaces(SourceTree.Product));

    [Fact]
    public void A_file_is_named_after_its_public_type() => Ratchet.Hold("file-name", NameRules.PublicTypesPerFile(SourceTree.Product));
}
