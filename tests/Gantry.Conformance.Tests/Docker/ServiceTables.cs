using System.Text;
using Gantry.Executors.Docker;
using Gantry.Executors.Docker.Services;
using Gantry.Executors.Images;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Docker;

/// <summary>docker-service-names.json, service-log-lines.json.</summary>
public sealed class ServiceTables
{
    [Fact]
    [Tables("docker-service-names")]
    public void Service_images_are_taken_apart()
    {
        var cases = DockerCases.Of();
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
    [Tables("config-rules", "service-to-image")]
    public void Services_of_the_configuration_are_services_like_those_of_the_job()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            var (service, image) = (one.Input.GetProperty("service"), one.Expected.GetProperty("image"));
            var settings = new ServiceSettings
            {
                Name = DockerCase.Text(service, "name") ?? "",
                Alias = DockerCase.Text(service, "alias") ?? "",
                Command = DockerCase.List(service, "command"),
                Entrypoint = DockerCase.List(service, "entrypoint"),
                Environment = DockerCase.List(service, "environment"),
            };
            var made = Assert.Single(ServiceDefinition.Collect(new DockerSettings { Services = [settings] }, [], text => text, _ => { }));
            Assert.Equal(DockerCase.Text(image, "name") ?? "", made.Name);
            Assert.Equal(DockerCase.Text(image, "alias"), made.Alias);
            Assert.Equal(DockerCase.List(image, "command"), made.Command);
            Assert.Equal(DockerCase.List(image, "entrypoint"), made.Entrypoint);
            var variables = image.TryGetProperty("variables", out var list) ? list.EnumerateArray().ToList() : [];
            Assert.Equal(variables.Select(v => (DockerCase.Text(v, "key")!, DockerCase.Text(v, "value")!)), made.Variables.Select(v => (v.Key, v.Value)));
        }

        Assert.Equal(7, cases.Count);
    }

    [Fact]
    [Tables("service-log-lines", "inline")]
    public void Lines_of_a_service_carry_its_name()
    {
        // "inline-error" counts bytes of a writer that fails in the middle; a job log here never refuses bytes.
        var cases = DockerCases.Of();
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
