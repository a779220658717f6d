using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gantry.Coordinator.Web.Logs;

/// <summary>
/// Lines and sections as the viewer's script reads them. Short names, because a log has many lines:
/// <c>{"n":12,"t":1755857472123,"e":1,"s":2,"h":3,"c":["plain",["text","classes","link","#fg","#bg"]]}</c>
/// with n number, t time in ms, e standard error, s section, h header of section, c content; what is absent is 0 or none,
/// and a segment's trailing empty members are left out.
/// </summary>
internal static class LogJson
{
    /// <summary>The answer is JSON and never part of a page, so only what JSON itself demands is escaped.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes <c>lines</c>, <c>sections</c>, <c>count</c> and <c>offset</c> as members of the current object.</summary>
    public static void WriteMembers(Utf8JsonWriter json, LogBatch batch)
    {
        json.WriteNumber("count"u8, batch.LineCount);
        json.WriteNumber("offset"u8, batch.Offset);
        if (batch.Sections.Count > 0)
        {
            json.WriteStartArray("sections"u8);
            foreach (var section in batch.Sections)
                Write(json, section);
            json.WriteEndArray();
        }

        json.WriteStartArray("lines"u8);
        foreach (var line in batch.Lines)
            Write(json, line);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, LogSection section)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, section.Id);
        json.WriteString("name"u8, section.Name);
        json.WriteNumber("parent"u8, section.Parent);
        json.WriteNumber("line"u8, section.HeaderLine);
        json.WriteNumber("start"u8, section.Start);
        if (section.End is { } end)
            json.WriteNumber("end"u8, end);
        if (section.Collapsed)
            json.WriteBoolean("collapsed"u8, true);
        if (section.HideDuration)
            json.WriteBoolean("hideDuration"u8, true);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LogLine line)
    {
        json.WriteStartObject();
        json.WriteNumber("n"u8, line.Number);
        if (line.Time is { } time)
            json.WriteNumber("t"u8, time);
        if (line.IsError)
            json.WriteNumber("e"u8, 1);
        if (line.Section > 0)
            json.WriteNumber("s"u8, line.Section);
        if (line.HeaderOf > 0)
            json.WriteNumber("h"u8, line.HeaderOf);
        if (line.Text.Length > 0)
        {
            json.WriteStartArray("c"u8);
            if (line.Runs.Count == 0 && !line.Text.Contains("://", StringComparison.Ordinal))
                json.WriteStringValue(line.Text);
            else
                WriteSegments(json, line);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteSegments(Utf8JsonWriter json, LogLine line)
    {
        foreach (var segment in LogSegments.Of(line))
            Write(json, line.Text.AsSpan(segment.Start, segment.Length), segment);
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<char> text, LogSegment segment)
    {
        if (segment.Style.IsPlain && segment.Link is null)
        {
            json.WriteStringValue(text);
            return;
        }

        var rgb = LogColour.IsRgb(segment.Style.Foreground) || LogColour.IsRgb(segment.Style.Background);
        json.WriteStartArray();
        json.WriteStringValue(text);
        json.WriteStringValue(LogClasses.Of(segment.Style));
        if (segment.Link is not null || rgb)
            json.WriteStringValue(segment.Link ?? "");
        if (rgb)
        {
            var front = segment.Style.Foreground;
            json.WriteStringValue(Hex(segment.Style.Background == 0 && LogColour.IsRgb(front) ? LogContrast.Lift(front) : front));
            json.WriteStringValue(Hex(segment.Style.Background));
        }

        json.WriteEndArray();
    }

    private static string Hex(int colour) => LogColour.IsRgb(colour) ? LogColour.Hex(colour) : "";
}
