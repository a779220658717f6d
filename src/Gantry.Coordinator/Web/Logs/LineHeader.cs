namespace Gantry.Coordinator.Web.Logs;

/// <summary>
/// The 32 bytes a runner with <c>FF_TIMESTAMPS</c> puts before every physical line:
/// <c>2026-08-22T10:11:12.123456Z 01O </c>, a <c>+</c> at the end meaning "goes on from the last line of this stream".
/// </summary>
/// <param name="Time">Milliseconds since the Unix epoch.</param>
/// <param name="Stream">Stream number times two, plus one for standard error.</param>
/// <param name="Continues">The line goes on from the previous one of the same stream.</param>
internal readonly record struct LineHeader(long Time, int Stream, bool Continues)
{
    public const int Length = 32;

    private static ReadOnlySpan<byte> Shape => "dddd-dd-ddTdd:dd:dd.ddddddZ xxsc"u8;

    public bool IsError => (Stream & 1) != 0;

    public static bool TryRead(ReadOnlySpan<byte> line, out LineHeader header)
    {
        header = default;
        if (line.Length < Length || !Fits(line[..Length]))
            return false;
        int year = Number(line[..4]), month = Number(line[5..7]), day = Number(line[8..10]);
        int hour = Number(line[11..13]), minute = Number(line[14..16]), second = Number(line[17..19]);
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;
        var time = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc);

        var stream = (Hex(line[28]) * 16) + Hex(line[29]);
        var milliseconds = (long)(time - DateTime.UnixEpoch).TotalMilliseconds + Number(line[20..23]);
        header = new LineHeader(milliseconds, (stream * 2) + (line[30] == 'E' ? 1 : 0), line[31] == '+');
        return true;
    }

    /// <summary>True when the bytes, so far, could become a header: such a piece is not shown yet.</summary>
    public static bool IsPrefix(ReadOnlySpan<byte> bytes) => bytes.Length < Length && Fits(bytes);

    private static bool Fits(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            var fits = Shape[i] switch
            {
                (byte)'d' => b is >= (byte)'0' and <= (byte)'9',
                (byte)'x' => Hex(b) >= 0,
                (byte)'s' => b is (byte)'O' or (byte)'E',
                (byte)'c' => b is (byte)' ' or (byte)'+',
                var literal => b == literal,
            };
            if (!fits)
                return false;
        }

        return true;
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var digit in digits)
            value = (value * 10) + (digit - '0');
        return value;
    }

    private static int Hex(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        _ => -1,
    };
}
