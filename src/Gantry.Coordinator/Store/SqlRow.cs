using Microsoft.Data.Sqlite;

namespace Gantry.Coordinator.Store;

/// <summary>The current row of a result, read by column name. Valid only inside the mapping function.</summary>
internal readonly struct SqlRow(SqliteDataReader reader)
{
    public long Number(string column) => reader.GetInt64(reader.GetOrdinal(column));

    public int Small(string column) => reader.GetInt32(reader.GetOrdinal(column));

    public long? NumberOrNull(string column) => reader.IsDBNull(reader.GetOrdinal(column)) ? null : Number(column);

    public double? FractionOrNull(string column) =>
        reader.IsDBNull(reader.GetOrdinal(column)) ? null : reader.GetDouble(reader.GetOrdinal(column));

    public string Text(string column) => reader.GetString(reader.GetOrdinal(column));

    public string? TextOrNull(string column) => reader.IsDBNull(reader.GetOrdinal(column)) ? null : Text(column);

    public bool Flag(string column) => Number(column) != 0;

    public DateTimeOffset Time(string column) => DateTimeOffset.FromUnixTimeMilliseconds(Number(column));

    public DateTimeOffset? TimeOrNull(string column) => reader.IsDBNull(reader.GetOrdinal(column)) ? null : Time(column);

    public IReadOnlyList<string> Texts(string column) => StoredList.Read(Text(column));
}
