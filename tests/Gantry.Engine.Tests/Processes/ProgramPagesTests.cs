using System.Globalization;
using Gantry.Engine.Processes;

namespace Gantry.Engine.Tests.Processes;

public sealed class ProgramPagesTests
{
    [Fact]
    public void Only_pages_of_files_that_nobody_has_written_are_let_go()
    {
        string[] lines =
        [
            .. Range("00400000-00500000 r--p 00000000 08:01 77                         /usr/bin/gantry", anonymous: 0, swap: 0),
            .. Range("00500000-00700000 r-xp 00100000 08:01 77                         /usr/bin/gantry", anonymous: 0, swap: 0),
            .. Range("00700000-00710000 r--p 00300000 08:01 77                         /usr/bin/gantry", anonymous: 4, swap: 0),
            .. Range("00710000-00720000 r--p 00310000 08:01 77                         /usr/bin/gantry", anonymous: 0, swap: 8),
            .. Range("00720000-00730000 rw-p 00320000 08:01 77                         /usr/bin/gantry", anonymous: 0, swap: 0),
            .. Range("01000000-01100000 rw-p 00000000 00:00 0                          [heap]", anonymous: 0, swap: 0),
            .. Range("7ffd1000-7ffd3000 r-xp 00000000 00:00 0                          [vdso]", anonymous: 0, swap: 0),
            .. Range("7fff0000-7fff8000 r--p 00000000 00:00 0 ", anonymous: 0, swap: 0),
        ];

        (nuint, nuint)[] clean = [(0x400000, 0x100000), (0x500000, 0x200000)];
        Assert.Equal(clean, ProgramPages.Clean(lines));
    }

    [Fact]
    public void The_process_is_smaller_and_goes_on()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "there is nothing to let go elsewhere");
        var before = Resident();
        ProgramPages.Release();
        Assert.InRange(Resident(), 1, before - 1);
    }

    private static IEnumerable<string> Range(string heading, int anonymous, int swap) =>
    [
        heading, "Size:               1024 kB", "Rss:                 512 kB", $"Anonymous:{anonymous,15} kB", $"Swap:{swap,20} kB", "VmFlags: rd mr mw me sd",
    ];

    private static long Resident()
    {
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("RssFile:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }
}
