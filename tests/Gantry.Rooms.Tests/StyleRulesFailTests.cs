namespace Gantry.Rooms.Tests;

/// <summary>Each rule is seen failing, on planted source.</summary>
public sealed class StyleRulesFailTests
{
    [Fact]
    public void A_file_of_401_lines_is_refused() =>
        Assert.Single(SizeRules.Files([Plant("src/X/A.cs", string.Concat(Enumerable.Repeat("//\n", 401)))]));

    [Fact]
    public void A_method_of_61_lines_is_refused()
    {
        var body = string.Concat(Enumerable.Repeat("        ;\n", 57));

        Assert.Single(SizeRules.Methods([Plant("src/X/A.cs", $"class A\n{{\n    void M()\n    {{\n{body}    \n}}\n}}\n")]));
        Assert.Empty(SizeRules.Methods([Plant("src/X/A.cs", $"class A\n{{\n    void M()\n    {{\n{body[10..]}    \n}}\n}}\n")]));
    }

    [Fact]
    public void Seven_parameters_are_refused_and_a_token_does_not_count()
    {
        Assert.Single(SizeRules.ParameterLists([Plant("src/X/A.cs", "class A { void M(int a, int b, int c, int d, int e, int f, int g) {} }")]));
        Assert.Empty(SizeRules.ParameterLists(
            [Plant("src/X/A.cs", "class A { void M(int a, int b, int c, int d, int e, int f, CancellationToken g) {} }")]));
    }

    [Fact]
    public void An_interface_of_eight_members_is_refused() =>
        Assert.Single(SizeRules.Interfaces(
            [Plant("src/X/A.cs", "interface I { int A(); int B(); int C(); int D(); int E(); int F(); int G(); int H(); }")]));

    [Theory]
    [InlineData("JobManager")]
    [InlineData("StringHelpers")]
    [InlineData("PathUtil")]
    [InlineData("RunnerInfo")]
    [InlineData("ExecutorBase")]
    public void Names_without_a_responsibility_are_refused(string name) =>
        Assert.Single(NameRules.Suffixes([Plant("src/X/A.cs", $"class {name};")]));

    [Fact]
    public void A_drawer_folder_is_refused() => Assert.Single(NameRules.Folders([Plant("src/X/Common/A.cs", "")]));

    [Fact]
    public void A_namespace_that_is_not_the_folder_is_refused() =>
        Assert.Single(NameRules.Namespaces([Plant("src/Gantry.X/Y/A.cs", "namespace Gantry.X.Z;")]));

    [Fact]
    public void A_file_of_public_types_without_its_name_is_refused() =>
        Assert.Single(NameRules.PublicTypesPerFile([Plant("src/X/A.cs", "namespace N; public class B; public class C;")]));

    [Fact]
    public void A_process_outside_its_room_is_refused() =>
        Assert.Single(DoorRules.Uses([Plant("src/Gantry.Runner/Polling/A.cs", "class A { object M() => new Process(); }")], DoorRules.Processes));

    [Fact]
    public void A_console_outside_the_terminal_is_refused() =>
        Assert.Single(DoorRules.Uses([Plant("src/Gantry.Engine/Stages/A.cs", "class A { void M() => Console.WriteLine(); }")], DoorRules.Console));

    [Fact]
    public void Sql_outside_the_store_is_refused() =>
        Assert.Single(DoorRules.Uses([Plant("src/Gantry.Coordinator/Web/A.cs", "class A { SqliteConnection? C; }")], DoorRules.Sql));

    [Fact]
    public void A_suppressed_catch_outside_the_three_places_is_refused() =>
        Assert.Single(DoorRules.CatchAlls([Plant("src/Gantry.Engine/Stages/A.cs", "class A { void M() { try { } catch (Exception) { } } }")]));

    [Fact]
    public void A_reference_that_is_not_in_the_map_is_refused() =>
        Assert.Single(ReferenceRules.Unmapped("Gantry.Protocol", ["Gantry.Engine"]));

    [Fact]
    public void An_arrow_against_the_direction_is_refused() =>
        Assert.Single(ArrowRules.Breaks(
            [Plant("src/Gantry.Engine/Plans/A.cs", "using Gantry.Engine.Running; namespace Gantry.Engine.Plans; class A;")]));

    [Fact]
    public void A_pure_room_that_opens_a_file_is_refused() =>
        Assert.Single(ArrowRules.Impure(
            [Plant("src/Gantry.Engine/Plans/A.cs", "namespace Gantry.Engine.Plans; class A { string M() => File.ReadAllText(\"x\"); }")]));

    private static SourceFile Plant(string path, string text) => SourceFile.Parse(path, text);
}
