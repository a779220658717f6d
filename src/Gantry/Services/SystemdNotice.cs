using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Gantry.Services;

/// <summary>
/// Tells systemd how the daemon is (sd_notify(3)): ready, reloading, stopping, and the watchdog's beat. Does nothing when
/// systemd did not start us. The beat comes from the thread pool, on which all jobs depend: when it is stuck, so is the beat.
/// </summary>
internal sealed class SystemdNotice : IDisposable
{
    private readonly Socket? _socket;
    private readonly TimeProvider _time;
    private readonly ITimer? _beat;

    public SystemdNotice(IReadOnlyDictionary<string, string> environment, TimeProvider time)
    {
        _time = time;
        if (environment.GetValueOrDefault("NOTIFY_SOCKET") is not { Length: > 1 } path || path[0] is not ('/' or '@'))
        {
            return;
        }

        _socket = Connect(path[0] == '@' ? "\0" + path[1..] : path);
        if (_socket is not null && Interval(environment) is { } interval)
        {
            _beat = time.CreateTimer(_ => Send("WATCHDOG=1"), null, interval, interval);
        }
    }

    public void Ready() => Send("READY=1\nSTATUS=Polling for jobs");

    public void Reloading() => Send(string.Create(
        CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={_time.GetTimestamp() * 1_000_000 / _time.TimestampFrequency}"));

    public void Stopping() => Send("STOPPING=1\nSTATUS=Waiting for jobs to end");

    public void Dispose()
    {
        _beat?.Dispose();
        _socket?.Dispose();
    }

    // Half of what systemd allows, as its manual advises; and only when it means this process.
    private static TimeSpan? Interval(IReadOnlyDictionary<string, string> environment) =>
        long.TryParse(environment.GetValueOrDefault("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out var limit) && limit > 0
        && (environment.GetValueOrDefault("WATCHDOG_PID") is not { } id || id == Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            ? TimeSpan.FromMicroseconds(limit / 2.0)
            : null;

    private static Socket? Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private void Send(string text)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // systemd is being replaced; it asks again.
        }
    }
}
