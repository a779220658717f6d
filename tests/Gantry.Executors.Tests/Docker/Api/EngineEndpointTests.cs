using Gantry.Executors.Docker.Api;

namespace Gantry.Executors.Tests.Docker.Api;

public sealed class EngineEndpointTests
{
    [Theory]
    [InlineData("", "unix:///var/run/docker.sock")]
    [InlineData("unix:///run/user/1000/docker.sock", "unix:///run/user/1000/docker.sock")]
    [InlineData("tcp://10.0.0.2:1234", "tcp://10.0.0.2:1234")]
    [InlineData("tcp://10.0.0.2", "tcp://10.0.0.2:2375")]
    [InlineData("http://engine.example:80", "tcp://engine.example:80")]
    [InlineData("https://engine.example", "tcp://engine.example:2376")]
    [InlineData("tcp://[::1]:2375", "tcp://[::1]:2375")]
    [InlineData("ssh://me@host:2222", "ssh://me@host:2222")]
    [InlineData("ssh://host", "ssh://host")]
    [InlineData("npipe:////./pipe/docker_engine", "npipe:////./pipe/docker_engine")]
    public void A_docker_host_text_is_understood(string text, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && text.Length == 0, "another default");
        Assert.Equal(expected, EngineEndpoint.Parse(text, null).ToString());
    }

    [Theory]
    [InlineData("localhost:2375", "expected a form such as")]
    [InlineData("ftp://host", "scheme ftp")]
    [InlineData("tcp://", "expected tcp://HOST:PORT")]
    [InlineData("ssh://me:secret@host", "plain-text password")]
    [InlineData("ssh://-oProxyCommand=x", "")]
    public void A_wrong_docker_host_is_refused_with_what_was_expected(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => EngineEndpoint.Parse(text, null)).Message, StringComparison.Ordinal);

    [Fact]
    public void Versions_are_ordered_by_number_not_by_text()
    {
        Assert.True(EngineVersion.Parse("1.9") < EngineVersion.Parse("1.41"));
        Assert.Equal("1.41", EngineVersion.Parse("v1.41").ToString());
        Assert.Throws<FormatException>(() => EngineVersion.Parse("latest"));
    }
}
