namespace Gantry.Coordinator.Store;

/// <summary>
/// Numbered, forward only: the file's <c>user_version</c> is the number of scripts it has seen. A script that was released
/// is never edited. Each runs in one transaction.
/// </summary>
internal static class Migrations
{
    private static readonly string[] Scripts =
    [
        Schema.People, Schema.Projects, Schema.Runners, Schema.Pipelines, Schema.Belongings, Schema.ResourceGroups,
        SchemaGrowth.Reports, SchemaGrowth.Service, SchemaGrowth.Places, SchemaGrowth.Terminals,
    ];

    public static void Apply(SqlSession sql)
    {
        var seen = (int)sql.Number("pragma user_version");
        if (seen > Scripts.Length)
        {
            throw new StoreVersionException(seen, Scripts.Length);
        }

        for (var number = seen; number < Scripts.Length; number++)
        {
            sql.Run($"begin immediate; {Scripts[number]}; pragma user_version = {number + 1}; commit");
        }
    }
}
