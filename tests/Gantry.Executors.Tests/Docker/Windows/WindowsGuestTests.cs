using System.Text;
using Gantry.Executors.Docker.Guests;

namespace Gantry.Executors.Tests.Docker.Windows;

/// <summary>Commands and readings of Windows containers, word for word.</summary>
public sealed class WindowsGuestTests
{
    private static readonly WindowsGuest Guest = WindowsGuest.Instance;

    [Fact]
    public void Listening_sockets_are_those_without_a_peer_whatever_else_is_printed() => Assert.Equal(
        [1433, 5985],
        Guest.Listening(
            "\r\nAktive Verbindungen\r\n\r\n  Proto  Lokale Adresse  Remoteadresse  Status\r\n"
            + "  TCP    0.0.0.0:1433           0.0.0.0:0              ABH\u00d6REN\r\n  TCP    10.0.0.2:49680         10.0.0.9:443           HERGESTELLT\r\n"
            + "  TCP    [::]:5985              [::]:0                 LISTENING\r\n  TCP    x                      0.0.0.0:0              LISTENING\r\n  UDP    0.0.0.0:123            *:*\r\n").Order());

    [Fact]
    public async Task Shells_for_people_begin_in_the_folder_and_end_by_their_number()
    {
        Assert.Equal(
            ["pwsh", "-NoLogo", "-NoProfile", "-NoExit", "-Command", "Set-Location -LiteralPath 'C:/it''s' -ErrorAction SilentlyContinue"],
            Guest.Interactive("pwsh", "C:/it's"));
        Assert.Equal(["taskkill", "/F", "/T", "/PID", "41"], await Guest.EndInteractiveAsync("X=y", () => Task.FromResult(41L)));
    }

    [Fact]
    public void Names_are_looked_up_by_the_configured_shell()
    {
        var (entrypoint, command) = Guest.LookUp("gitlab.example.com", null);
        Assert.Equal(["powershell", "-NoProfile", "-NonInteractive", "-Command"], entrypoint);
        Assert.Equal(["[void][System.Net.Dns]::GetHostAddresses('gitlab.example.com')"], command);
        Assert.Equal("pwsh", Guest.LookUp("x", "pwsh").Entrypoint[0]);
    }

    [Fact]
    public void The_runners_own_scripts_are_ascii_blocks_that_end_at_an_error()
    {
        var script = Guest.Empty("C:/builds/\u00fc");
        Assert.True(script.All(char.IsAscii));
        Assert.StartsWith("& {\r\n$ErrorActionPreference = 'Stop'\r\ntry {\r\nif(Test-Path -LiteralPath ([regex]::Unescape('C:/builds/\\u00fc'))", script, StringComparison.Ordinal);
        Assert.EndsWith("exit 1\r\n}\r\n}\r\n\r\n", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Pwsh_is_told_the_encoding_before_it_reads_a_script()
    {
        var command = Guest.ReadScript("pwsh");
        Assert.Equal("-EncodedCommand", command[^2]);
        Assert.Contains("[Console]::InputEncoding", Encoding.Unicode.GetString(Convert.FromBase64String(command[^1])), StringComparison.Ordinal);
        Assert.Equal(["-Command", "-"], Guest.ReadScript("powershell").TakeLast(2));
    }
}
