using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Gantry.Coordinator.Store;

/// <summary>
/// One connection with its prepared statements, used by one caller at a time. SQL is written in the common subset of
/// SQLite and PostgreSQL; values are numbers, text, bytes, flags (0/1) and times (Unix milliseconds).
/// </summary>
internal sealed class SqlSession(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    public List<T> Query<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        var rows = new List<T>();
        using var reader = Prepare(sql, arguments).ExecuteReader();
        while (reader.Read())
        {
            rows.Add(map(new SqlRow(reader)));
        }

        return rows;
    }

    /// <summary>The first row, or null when there is none.</summary>
    public T? First<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<(string Name, object? Value)> arguments)
        where T : class
    {
        using var reader = Prepare(sql, arguments).ExecuteReader();
        return reader.Read() ? map(new SqlRow(reader)) : null;
    }

    /// <summary>Number of rows touched.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments) =>
        Prepare(sql, arguments).ExecuteNonQuery();

    /// <summary>The first column of the first row as a number; 0 when there is none.</summary>
    public long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments) =>
        Prepare(sql, arguments).ExecuteScalar() is { } value and not DBNull ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : 0;

    /// <summary>The first column of the first row as text; null when there is none.</summary>
    public string? Text(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments) =>
        Prepare(sql, arguments).ExecuteScalar() as string;

    /// <summary>Statements that are not worth keeping prepared: migrations, pragmas, savepoints.</summary>
    public void Run(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // the text is a literal of a store class; values go in as parameters
            command.CommandText = sql;
#pragma warning restore CA2100
            _prepared.Add(sql, command);
        }

        command.Parameters.Clear();
        foreach (var (name, value) in arguments)
        {
            command.Parameters.AddWithValue("@" + name, ToStored(value));
        }

        return command;
    }

    private static object ToStored(object? value) => value switch
    {
        null => DBNull.Value,
        bool flag => flag ? 1L : 0L,
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        IReadOnlyList<string> list => StoredList.Write(list),
        _ => value,
    };
}
