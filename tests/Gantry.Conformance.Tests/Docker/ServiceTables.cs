using System.Text;
using Gantry.Executors.Docker.Services;

namespace Gantry.Conformance.Tests.Docker;

/// <summary>docker-service-names.json, service-log-lines.json.</summary>
public sealed class ServiceTables
{
    [Fact]
    public void Service_images_are_taken_apart()
    {
        var cases = DockerCases.Of("docker-service-names.json");
        foreach (var one in cases)
        {
            var actual = ServiceName.Parse(one.Input.GetString()!);
            Assert.True(one.ExpectedText("service") == actual.Name, $"{one.Name}: {actual}");
            Assert.True(one.ExpectedText("version") == actual.Version, $"{one.Name}: {actual}");
            Assert.True(one.ExpectedText("image") == actual.Image, $"{one.Name}: {actual}");
            Assert.Equal(one.ExpectedList("aliases"), actual.Aliases);
        }

        Assert.Equal(17, cases.Count);
    }

    [Fact]
    public void Lines_of_a_service_carry_its_name()
    {
        // "inline-error" counts bytes of a writer that fails in the middle; a job log here never refuses bytes.
        var cases = DockerCases.Of("service-log-lines.json", "inline");
        foreach (var one in cases)
        {
            var written = new StringBuilder();
            var lines = new ServiceLogLines(one.InputText("service")!, bytes => written.Append(Encoding.UTF8.GetString(bytes)));
            lines.Feed(Encoding.UTF8.GetBytes(one.InputText("message")!));
            lines.End();
            Assert.True(one.Expected.GetString() == written.ToString(), $"{one.Name}: {written}");
        }

        Assert.Equal(4, cases.Count);
    }
}
