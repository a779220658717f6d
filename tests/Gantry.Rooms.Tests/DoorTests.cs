namespace Gantry.Rooms.Tests;

public sealed class DoorTests
{
    [Fact]
    public void Processes_have_one_door() => Hold(DoorRules.Processes);

    [Fact]
    public void Http_has_one_door() => Hold(DoorRules.Http);

    [Fact]
    public void Sql_has_one_door() => Hold(DoorRules.Sql);

    [Fact]
    public void The_console_has_one_door() => Hold(DoorRules.Console);

    [Fact]
    public void The_environment_is_read_in_the_composition_root() => Hold(DoorRules.Environment);

    [Fact]
    public void Every_exception_is_caught_in_three_places_only() => Ratchet.Hold("catch-all", DoorRules.CatchAlls(SourceTree.Product));

    private static void Hold(Door door) => Ratchet.Hold(door.Rule, DoorRules.Uses(SourceTree.Product, door));
}
