using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Gantry.Coordinator.Store;

/// <summary>
/// The embedded store: one file in WAL mode, any number of readers, one writer thread. Thread-safe.
/// <para>A write is acknowledged after its commit reached the disk (<c>synchronous=FULL</c>): a process killed at any
/// moment loses nothing acknowledged. Writes that wait together share one commit; each has its own savepoint, so that one
/// that throws is undone alone.</para>
/// </summary>
internal sealed class Database : IDisposable
{
    // Enough for every concurrent page and poll of one machine; more readers wait for nothing, they just open a new one.
    private const int KeptReaders = 16;

    // One commit serves at most this many writes, so that the first of them does not wait for an endless queue.
    private const int WritesPerCommit = 256;

    private readonly string _connectionText;
    private readonly bool _durable;
    private readonly ChangeFeed _feed;
    private readonly ConcurrentBag<StoreSession> _readers = [];
    private readonly BlockingCollection<PendingWrite> _writes = new(boundedCapacity: 4096);
    private readonly Thread _writer;

    private Database(string connectionText, bool durable, ChangeFeed feed, StoreSession writing)
    {
        (_connectionText, _durable) = (connectionText, durable);
        _feed = feed;
        _writer = new Thread(() => WriteLoop(writing)) { IsBackground = true, Name = "store writer" };
        _writer.Start();
    }

    /// <summary>Opens or creates the file (0600) and brings its schema up to date.</summary>
    /// <param name="path">The file.</param>
    /// <param name="feed">Is told of every commit.</param>
    /// <param name="durable">False for a store that nobody opens again: a commit does not wait for the disk.</param>
    public static Database Open(string path, ChangeFeed feed, bool durable = true)
    {
        if (!File.Exists(path))
        {
            using var created = OperatingSystem.IsWindows()
                ? File.Create(path)
                : new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
        }

        var text = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 10 }.ToString();
        var writing = Connect(text, durable);
        Migrations.Apply(writing.Sql);
        return new Database(text, durable, feed, writing);
    }

    /// <summary>Runs <paramref name="read"/> on one consistent snapshot. The session must not leave the function.</summary>
    public Task<T> ReadAsync<T>(Func<StoreSession, T> read, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellation);
        }

        var session = _readers.TryTake(out var kept) ? kept : Connect(_connectionText, _durable);
        var clean = false;
        try
        {
            session.Sql.Execute("begin");
            var result = read(session);
            session.Sql.Execute("commit");
            clean = true;
            return Task.FromResult(result);
        }
        finally
        {
            if (clean && _readers.Count < KeptReaders)
            {
                _readers.Add(session);
            }
            else
            {
                session.Sql.Dispose();
            }
        }
    }

    /// <summary>
    /// Runs <paramref name="write"/> on the writer's thread, alone; completes after the commit. When it throws, nothing of it
    /// is kept and the exception comes back. The session must not leave the function, and the function must not wait.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<StoreSession, T> write, CancellationToken cancellation)
    {
        var pending = new PendingWrite<T>(write);
        _writes.Add(pending, cancellation);
        return await pending.Outcome;
    }

    /// <summary>As above, without a result.</summary>
    public Task WriteAsync(Action<StoreSession> write, CancellationToken cancellation) =>
        WriteAsync(
            session =>
            {
                write(session);
                return true;
            },
            cancellation);

    /// <summary>
    /// A write that nobody waits for, such as a sign of life: its commit comes with the next ones, and when it fails, those that
    /// are waited for fail, too.
    /// </summary>
    public void WriteSoon(Action<StoreSession> write) =>
        _writes.Add(new PendingWrite<bool>(session =>
        {
            write(session);
            return true;
        }));

    /// <summary>Finishes accepted writes and closes the file.</summary>
    public void Dispose()
    {
        _writes.CompleteAdding();
        _writer.Join();
        _writes.Dispose();
        while (_readers.TryTake(out var reader))
        {
            reader.Sql.Dispose();
        }
    }

    private static StoreSession Connect(string text, bool durable)
    {
        var connection = new SqliteConnection(text);
        connection.Open();
        var sql = new SqlSession(connection);
        // In this order: changing the journal's mode already waits for the disk, unless told not to.
        sql.Run($"pragma synchronous={(durable ? "full" : "off")}; pragma journal_mode=wal; pragma foreign_keys=on; pragma busy_timeout=10000; pragma temp_store=memory");
        return new StoreSession(sql);
    }

    private void WriteLoop(StoreSession session)
    {
        var batch = new List<PendingWrite>();
        foreach (var first in _writes.GetConsumingEnumerable())
        {
            batch.Clear();
            batch.Add(first);
            while (batch.Count < WritesPerCommit && _writes.TryTake(out var next))
            {
                batch.Add(next);
            }

            CommitTogether(session, batch);
        }

        if (_durable)
        {
            session.Sql.Run("pragma wal_checkpoint(truncate)");
        }

        session.Sql.Dispose();
    }

    private void CommitTogether(StoreSession session, List<PendingWrite> batch)
    {
        try
        {
            session.Sql.Execute("begin immediate");
            foreach (var write in batch)
            {
                session.Sql.Execute("savepoint one");
                var changes = session.Changes.Count;
                if (!write.Run(session))
                {
                    session.Sql.Execute("rollback to one");
                    session.Changes.RemoveRange(changes, session.Changes.Count - changes);
                }

                session.Sql.Execute("release one");
            }

            session.Sql.Execute("commit");
        }
        catch (SqliteException error)
        {
            // The disk refused (full, gone): nothing of the batch is kept, and every writer is told.
            session.Changes.Clear();
            session.TryRollback();
            batch.ForEach(write => write.Fail(error));
            return;
        }

        var committed = session.Changes.ToArray();
        session.Changes.Clear();
        // Told first: whoever remembers the old state forgets it before anybody can act on the answer.
        _feed.Publish(committed);
        batch.ForEach(write => write.Complete());
    }

    private abstract class PendingWrite
    {
        /// <summary>False when the work threw; its exception is kept for <see cref="Complete"/>.</summary>
        public abstract bool Run(StoreSession session);

        public abstract void Complete();

        public abstract void Fail(SqliteException error);
    }

    private sealed class PendingWrite<T>(Func<StoreSession, T> work) : PendingWrite
    {
        private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Action _deliver = () => { };

        public Task<T> Outcome => _outcome.Task;

        public override bool Run(StoreSession session)
        {
            // A task carries whatever the work throws back to the one who asked.
            var run = new Task<T>(() => work(session));
            run.RunSynchronously(TaskScheduler.Default);
            _deliver = run.Exception is { } error
                ? () => _outcome.SetException(error.InnerExceptions)
                : () => _outcome.SetFromTask(run);
            return run.IsCompletedSuccessfully;
        }

        public override void Complete() => _deliver();

        public override void Fail(SqliteException error) => _outcome.SetException(error);
    }
}
