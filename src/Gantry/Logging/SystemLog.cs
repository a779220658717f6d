using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Gantry.Logging;

/// <summary>
/// The system's log (<c>--syslog</c>): datagrams <c>&lt;PRIORITY&gt;NAME[PID]: TEXT</c> to <c>/dev/log</c>, as syslog(3) writes
/// them. Debug lines are not sent (official-cli-config §3.7). A log that is not there, or full, loses lines, never time.
/// </summary>
internal sealed class SystemLog : IDisposable
{
    private const int Daemon = 3 << 3;

    private readonly string _name;
    private readonly string _path;
    private readonly Lock _gate = new();
    private Socket? _socket;

    private SystemLog(string name, string path, Socket socket) => (_name, _path, _socket) = (name, path, socket);

    /// <summary>Null: this machine has no such log.</summary>
    public static SystemLog? Open(string name)
    {
        foreach (var path in (string[])["/dev/log", "/var/run/syslog"])
        {
            if (File.Exists(path) && Connect(path) is { } socket)
            {
                return new SystemLog(name, path, socket);
            }
        }

        return null;
    }

    public void Write(LogLevel level, string message, IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        if (level < LogLevel.Information)
        {
            return;
        }

        var severity = level switch { LogLevel.Critical => 2, LogLevel.Error => 3, LogLevel.Warning => 4, _ => 6 };
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"<{Daemon | severity}>{_name}[{Environment.ProcessId}]: {message.TrimEnd()}");
        foreach (var (key, value) in fields)
        {
            text.Append(CultureInfo.InvariantCulture, $" {key}={value}");
        }

        Send(Encoding.UTF8.GetBytes(text.Replace('\n', ' ').ToString()));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _socket?.Dispose();
            _socket = null;
        }
    }

    private void Send(byte[] line)
    {
        lock (_gate)
        {
            try
            {
                _socket ??= Connect(_path);
                _socket?.Send(line);
            }
            catch (SocketException)
            {
                // The log daemon was restarted: the next line finds the new one.
                _socket?.Dispose();
                _socket = null;
            }
        }
    }

    private static Socket? Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
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
}
