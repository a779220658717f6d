using System.Globalization;

namespace Gantry.Runner.Metrics;

/// <summary>The metrics that every Prometheus client has about its process.</summary>
internal sealed class ProcessMetrics
{
    private readonly MetricFamily _resident = new("process_resident_memory_bytes", "gauge", "Resident memory size in bytes.");
    private readonly MetricFamily _virtual = new("process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.");
    private readonly MetricFamily _cpu = new("process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.");
    private readonly MetricFamily _started = new("process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.");
    private readonly MetricFamily _files = new("process_open_fds", "gauge", "Number of open file descriptors.");
    private readonly MetricFamily _mostFiles = new("process_max_fds", "gauge", "Maximum number of open file descriptors.");

    public IReadOnlyList<MetricFamily> Families => [_cpu, _files, _mostFiles, _resident, _started, _virtual];

    public void Started(DateTimeOffset when) => _started.Set(when.ToUnixTimeMilliseconds() / 1000.0);

    public void TakeIn()
    {
        _resident.Set(Environment.WorkingSet);
        _cpu.Set(Environment.CpuUsage.TotalTime.TotalSeconds);
        if (!Directory.Exists("/proc/self/fd"))
        {
            return;
        }

        try
        {
            _files.Set(Directory.GetFileSystemEntries("/proc/self/fd").Length);
            _virtual.Set(long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[0], CultureInfo.InvariantCulture) * Environment.SystemPageSize);
            var line = File.ReadLines("/proc/self/limits").FirstOrDefault(text => text.StartsWith("Max open files", StringComparison.Ordinal)) ?? "";
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var soft, ..] && long.TryParse(soft, CultureInfo.InvariantCulture, out var most))
            {
                _mostFiles.Set(most);
            }
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or FormatException)
        {
            // Not there on this kernel: these three are left out.
        }
    }
}
