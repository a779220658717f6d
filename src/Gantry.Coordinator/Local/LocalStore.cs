using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Local;

/// <summary>
/// The store of a <see cref="LocalCoordinator"/>, which can be made while the project is still being looked at. Whoever opens it
/// hands it over, or disposes it.
/// </summary>
public sealed class LocalStore : IDisposable
{
    private LocalStore(ChangeFeed feed, Database database) => (Feed, Database) = (feed, database);

    internal ChangeFeed Feed { get; }

    internal Database Database { get; }

    /// <param name="dataDirectory">As in <see cref="LocalSettings"/>; made when it is not there.</param>
    public static LocalStore Open(string dataDirectory)
    {
        var folder = new DataFolder(dataDirectory);
        var feed = new ChangeFeed();
        return new LocalStore(feed, Database.Open(folder.Database, feed, durable: false));
    }

    public void Dispose() => Database.Dispose();
}
