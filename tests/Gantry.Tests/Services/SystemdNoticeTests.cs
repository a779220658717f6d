using System.Net.Sockets;
using System.Text;
using Gantry.Services;
using Microsoft.Extensions.Time.Testing;

namespace Gantry.Tests.Services;

public sealed class SystemdNoticeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gantry-notify-").FullName;
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Readiness_and_the_watchdogs_beat_reach_systemds_socket()
    {
        var path = Path.Combine(_folder, "notify");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        using var notice = new SystemdNotice(
            new Dictionary<string, string> { ["NOTIFY_SOCKET"] = path, ["WATCHDOG_USEC"] = "20000000" }, _time);

        notice.Ready();
        Assert.StartsWith("READY=1\n", Receive(systemd), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("WATCHDOG=1", Receive(systemd));
        notice.Stopping();
        Assert.StartsWith("STOPPING=1\n", Receive(systemd), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_systemd_nothing_happens()
    {
        using var notice = new SystemdNotice(new Dictionary<string, string>(), _time);

        notice.Ready();
        notice.Stopping();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Receive(Socket socket)
    {
        var buffer = new byte[512];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }
}
