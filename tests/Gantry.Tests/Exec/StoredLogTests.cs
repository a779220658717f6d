using System.Text;
using Gantry.Logs;

namespace Gantry.Tests.Exec;

public sealed class StoredLogTests
{
    private const string Log =
        "2026-11-26T21:53:17.431288Z 00O \e[0Ksection_start:1:step_script\r\e[0K\e[36;1mExecuting\e[0;m\n"
        + "2026-11-26T21:53:18.419568Z 01O $ echo long\n"
        + "2026-11-26T21:53:18.419568Z 01O one \n2026-11-26T21:53:18.419569Z 01O+line\n"
        + "2026-11-26T21:53:18.478531Z 00O section_end:2:step_script\r\e[0K\n"
        + "2026-11-26T21:53:18.478532Z 00O Job succeeded\n";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Lines_know_their_section_however_the_bytes_come(int piece)
    {
        var log = new StoredLog();
        var bytes = Encoding.UTF8.GetBytes(Log);
        var lines = bytes.Chunk(piece).SelectMany(chunk => log.Push(chunk)).ToList();
        lines.AddRange(log.Finish());

        Assert.Equal(
            [("Executing", "step_script", true), ("$ echo long", "step_script", false), ("one line", "step_script", false), ("Job succeeded", "", false)],
            lines.Select(line => (PlainText.WithoutEscapes(line.Text), line.Section, line.IsTitle)));
    }
}
