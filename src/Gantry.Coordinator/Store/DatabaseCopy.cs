using Microsoft.Data.Sqlite;

namespace Gantry.Coordinator.Store;

/// <summary>A consistent copy of a database that may be in use by a running server.</summary>
internal static class DatabaseCopy
{
    /// <param name="source">The database file.</param>
    /// <param name="target">A file that does not exist yet.</param>
    public static void Write(string source, string target)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = source, Pooling = false, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = 60 }.ToString();
        using var connection = new SqliteConnection(text);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "vacuum into @target";
        command.Parameters.AddWithValue("@target", target);
        command.ExecuteNonQuery();
    }
}
