using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using Gantry.Engine.Traces;
using Microsoft.Win32.SafeHandles;

namespace Gantry.Executors;

/// <summary>
/// What a later process needs to go on with the script that runs in a place that outlives this one, in the job's own folder (docs/adr/0022):
/// <list type="bullet">
/// <item><c>script</c>: where the whole script is (a container, a folder of a pod), and since when. Only there while that is so.</item>
/// <item><c>position</c>: how much of its output is in the log, and the log's size then.</item>
/// </list>
/// A disk that cannot be written ends the notes, not the job. Calls of <see cref="Note"/> are one at a time.
/// </summary>
internal sealed class ScriptNotes : IDisposable
{
    private const string ScriptName = "script";
    private const string PositionName = "position";
    private const int Fields = 3 * sizeof(long);

    private readonly string _script;
    private readonly SafeFileHandle? _position;
    private readonly byte[] _record = new byte[Fields + sizeof(uint)];

    private ScriptNotes(string folder, FileMode mode)
    {
        _script = Path.Combine(folder, ScriptName);
        try
        {
            _position = File.OpenHandle(Path.Combine(folder, PositionName), mode, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A job that cannot go on after a kill is still a job.
        }
    }

    /// <summary>For a script that is about to start.</summary>
    public static ScriptNotes Begin(string folder)
    {
        File.Delete(Path.Combine(folder, ScriptName));
        return new ScriptNotes(folder, FileMode.Create);
    }

    /// <summary>For a script that goes on.</summary>
    public static ScriptNotes Continue(string folder) => new(folder, FileMode.OpenOrCreate);

    /// <summary>Null: no script runs that has all of its text.</summary>
    public static NotedScript? Read(string folder)
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(folder, ScriptName));
            var record = File.ReadAllBytes(Path.Combine(folder, PositionName));
            return lines is [var where, var given] && record.Length == Fields + sizeof(uint)
                && Crc32.HashToUInt32(record.AsSpan(0, Fields)) == BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(Fields))
                ? new NotedScript(where, DateTimeOffset.Parse(given, CultureInfo.InvariantCulture), new ScriptPosition(Field(record, 0), Field(record, 1), Field(record, 2)))
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>There it has all of its text.</summary>
    public void Given(string where, DateTimeOffset now)
    {
        try
        {
            if (_position is not null)
            {
                File.WriteAllLines(_script, [where, now.ToString("O", CultureInfo.InvariantCulture)]);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Forget();
        }
    }

    /// <summary>One write of a few bytes: a process that is killed leaves the old or the new.</summary>
    public void Note(ScriptPosition position)
    {
        if (_position is null)
        {
            return;
        }

        BinaryPrimitives.WriteInt64LittleEndian(_record, position.Output);
        BinaryPrimitives.WriteInt64LittleEndian(_record.AsSpan(sizeof(long)), position.Error);
        BinaryPrimitives.WriteInt64LittleEndian(_record.AsSpan(2 * sizeof(long)), position.Log);
        BinaryPrimitives.WriteUInt32LittleEndian(_record.AsSpan(Fields), Crc32.HashToUInt32(_record.AsSpan(0, Fields)));
        try
        {
            RandomAccess.Write(_position, _record, 0);
        }
        catch (IOException)
        {
            Forget();
        }
    }

    /// <summary>The script is over, whatever became of it.</summary>
    public void Dispose()
    {
        Forget();
        _position?.Dispose();
    }

    private void Forget()
    {
        try
        {
            File.Delete(_script);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only disk: what stands there names a script that has ended, and how is known where it ran.
        }
    }

    private static long Field(byte[] record, int index) => BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(index * sizeof(long)));
}

/// <summary>How far the log is with the output of scripts.</summary>
/// <param name="Output">Bytes of standard output, counted as the place counts.</param>
/// <param name="Error">Likewise standard error.</param>
/// <param name="Log">See <see cref="ISettledLog.SettledAt"/>.</param>
internal readonly record struct ScriptPosition(long Output, long Error, long Log);

/// <summary>A script that ran when the notes were written.</summary>
/// <param name="Where">See <see cref="ScriptNotes.Given"/>.</param>
/// <param name="Given">When it had all of the script, by the runner's clock.</param>
/// <param name="Position">The last one.</param>
internal sealed record NotedScript(string Where, DateTimeOffset Given, ScriptPosition Position);
