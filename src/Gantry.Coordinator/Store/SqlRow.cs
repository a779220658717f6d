using Microsoft.Data.Sqlite;

namespace Gantry.Coordinator.Store;

/// <summary>The current row of a result, read by column name. Valid only inside the mapping function.</summary>
internal readonly struct SqlRow(SqliteDataReader reader, SqlColumns columns)
{
    public long Number(string column) => reader.GetInt64(columns.Place(reader, column));

    public int Small(string column) => reader.GetInt32(columns.Place(reader, column));

    public long? NumberOrNull(string column) => reader.IsDBNull(columns.Place(reader, column)) ? null : Number(column);

    public double? FractionOrNull(string column) =>
        reader.IsDBNull(columns.Place(reader, column)) ? null : reader.GetDouble(columns.Place(reader, column));

    public string Text(string column) => reader.GetString(columns.Place(reader, column));

    public string? TextOrNull(string column) => reader.IsDBNull(columns.Place(reader, column)) ? null : Text(column);

    public bool Flag(string column) => Number(column) != 0;

    public DateTimeOffset Time(string column) => DateTimeOffset.FromUnixTimeMilliseconds(Number(column));

    public DateTimeOffset? TimeOrNull(string column) => reader.IsDBNull(columns.Place(reader, column)) ? null : Time(column);

    public IReadOnlyList<string> Texts(string column) => StoredList.Read(Text(column));
}
