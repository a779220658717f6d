using Gantry.Exec;

namespace Gantry.Tests.Exec;

public sealed class ProjectIdentityTests
{
    [Theory]
    [InlineData("git@gitlab.com:group/sub/project.git", "https://gitlab.com", "group/sub/project")]
    [InlineData("ssh://git@git.example.com:2222/group/project.git", "https://git.example.com", "group/project")]
    [InlineData("https://user:token@gitlab.example.com:8443/group/project", "https://gitlab.example.com:8443", "group/project")]
    [InlineData("http://localhost:8929/demo/hello.git", "http://localhost:8929", "demo/hello")]
    [InlineData("/srv/git/project.git", "https://gitlab.local", "local/here")]
    [InlineData(null, "https://gitlab.local", "local/here")]
    public void The_remote_tells_server_and_path_without_credentials(string? origin, string server, string path)
    {
        var identity = ProjectIdentity.Of(origin, "/home/me/here");

        Assert.Equal((server, path), (identity.ServerUrl, identity.Path));
    }
}
