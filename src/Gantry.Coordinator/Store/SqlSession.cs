using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Gantry.Coordinator.Store;

/// <summary>
/// One connection with its prepared statements, used by one caller at a time. SQL is written in the common subset of
/// SQLite and PostgreSQL; values are numbers, text, bytes, flags (0/1) and times (Unix milliseconds).
/// </summary>
internal sealed class SqlSession(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, Statement> _prepared = new(StringComparer.Ordinal);

    public List<T> Query<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        var rows = new List<T>();
        var (command, columns) = Prepare(sql, arguments);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add(map(new SqlRow(reader, columns)));
        }

        return rows;
    }

    /// <summary>The first row, or null when there is none.</summary>
    public T? First<T>(string sql, Func<SqlRow, T> map, params ReadOnlySpan<(string Name, object? Value)> arguments)
        where T : class
    {
        var (command, columns) = Prepare(sql, arguments);
        using var reader = command.ExecuteReader();
        return reader.Read() ? map(new SqlRow(reader, columns)) : null;
    }

    /// <summary>Number of rows touched.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments) =>
        Prepare(sql, arguments).Command.ExecuteNonQuery();

    /// <summary>The first column of the first row as a number; 0 when there is none.</summary>
    public long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments) =>
        Prepare(sql, arguments).Command.ExecuteScalar() is { } value and not DBNull ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : 0;

    /// <summary>The first column of the first row as text; null when there is none.</summary>
    public string? Text(string sql, params ReadOnlySpan<(string Name, object? Value)> arguments) =>
        Prepare(sql, arguments).Command.ExecuteScalar() as string;

    /// <summary>Statements that are not worth keeping prepared: migrations, pragmas.</summary>
    public void Run(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var statement in _prepared.Values)
        {
            statement.Command.Dispose();
        }

        connection.Dispose();
    }

    private Statement Prepare(string sql, ReadOnlySpan<(string Name, object? Value)> arguments)
    {
        if (!_prepared.TryGetValue(sql, out var statement))
        {
            statement = new Statement(connection.CreateCommand(), new SqlColumns());
#pragma warning disable CA2100 // the text is a literal of a store class; values go in as parameters
            statement.Command.CommandText = sql;
#pragma warning restore CA2100
            _prepared.Add(sql, statement);
        }

        // A statement is asked with the same names in the same order each time: only the values change.
        var parameters = statement.Command.Parameters;
        if (parameters.Count != arguments.Length)
        {
            parameters.Clear();
            foreach (var (name, _) in arguments)
            {
                parameters.Add(new SqliteParameter { ParameterName = "@" + name });
            }
        }

        for (var place = 0; place < arguments.Length; place++)
        {
            var (name, value) = arguments[place];
            var parameter = parameters[place];
            if (!parameter.ParameterName.AsSpan(1).SequenceEqual(name))
            {
                parameter.ParameterName = "@" + name;
            }

            parameter.Value = ToStored(value);
        }

        return statement;
    }

    private static object ToStored(object? value) => value switch
    {
        null => DBNull.Value,
        bool flag => flag ? 1L : 0L,
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        IReadOnlyList<string> list => StoredList.Write(list),
        _ => value,
    };

    private readonly record struct Statement(SqliteCommand Command, SqlColumns Columns);
}
