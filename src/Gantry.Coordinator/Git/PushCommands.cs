using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace Gantry.Coordinator.Git;

/// <summary>
/// What a push asks for: the head of a <c>git-receive-pack</c> request, read without taking it out of the stream, so that
/// git gets the request whole.
/// </summary>
/// <param name="Updates">Full ref names with old and new ids; zeros for "not there".</param>
/// <param name="Options">Push options (<c>git push -o</c>).</param>
internal sealed record PushCommands(IReadOnlyList<PushCommand> Updates, IReadOnlyList<string> Options)
{
    // Thousands of refs fit; a longer list is not a push of a person.
    private const int Limit = 4 * 1024 * 1024;

    /// <summary>Null when this is no push request.</summary>
    public static async Task<PushCommands?> PeekAsync(PipeReader body, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellation);
            var commands = Parse(read.Buffer, out var incomplete);
            body.AdvanceTo(read.Buffer.Start, incomplete ? read.Buffer.End : read.Buffer.Start);
            if (!incomplete || read.IsCompleted || read.Buffer.Length > Limit)
            {
                return commands;
            }
        }
    }

    private static PushCommands? Parse(ReadOnlySequence<byte> bytes, out bool incomplete)
    {
        incomplete = false;
        var reader = new SequenceReader<byte>(bytes);
        var updates = new List<PushCommand>();
        var options = new List<string>();
        var wantsOptions = false;
        while (ReadPacket(ref reader, out incomplete) is { } line)
        {
            if (line.Length == 0)
            {
                return wantsOptions && !ReadOptions(ref reader, options, out incomplete) ? null : new PushCommands(updates, options);
            }

            var (text, capabilities) = line.Split('\0', 2) is [var command, var rest] ? (command, rest) : (line, "");
            wantsOptions |= capabilities.Split(' ').Contains("push-options");
            if (text.TrimEnd('\n').Split(' ', 3) is [{ Length: 40 or 64 } before, var after, var name])
            {
                updates.Add(new PushCommand(before, after, name));
            }
            else if (!text.StartsWith("shallow ", StringComparison.Ordinal))
            {
                return null;
            }
        }

        return null;
    }

    private static bool ReadOptions(ref SequenceReader<byte> reader, List<string> options, out bool incomplete)
    {
        while (ReadPacket(ref reader, out incomplete) is { } option)
        {
            if (option.Length == 0)
            {
                return true;
            }

            options.Add(option.TrimEnd('\n'));
        }

        return false;
    }

    // The text of one packet; empty for a flush packet; null when it is not complete or not a packet.
    private static string? ReadPacket(ref SequenceReader<byte> reader, out bool incomplete)
    {
        incomplete = true;
        Span<byte> digits = stackalloc byte[4];
        if (!reader.TryCopyTo(digits))
        {
            return null;
        }

        if (!int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length is > 0 and < 4)
        {
            incomplete = false;
            return null;
        }

        if (reader.Remaining < Math.Max(4, length))
        {
            return null;
        }

        reader.Advance(4);
        incomplete = false;
        if (length == 0)
        {
            return "";
        }

        var text = Encoding.UTF8.GetString(reader.UnreadSequence.Slice(0, length - 4));
        reader.Advance(length - 4);
        return text;
    }
}
