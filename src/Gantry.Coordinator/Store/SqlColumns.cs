using Microsoft.Data.Sqlite;

namespace Gantry.Coordinator.Store;

/// <summary>Where the columns of one statement's results stand. Learnt once per statement: the reader would ask for every name anew with each result.</summary>
internal sealed class SqlColumns
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public int Place(SqliteDataReader reader, string column)
    {
        if (!_places.TryGetValue(column, out var place))
        {
            _places[column] = place = reader.GetOrdinal(column);
        }

        return place;
    }
}
