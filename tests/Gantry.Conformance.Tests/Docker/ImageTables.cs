using System.Text.RegularExpressions;
using Gantry.Engine.Executors;
using Gantry.Executors.Docker;
using Gantry.Executors.Docker.Images;
using Gantry.Executors.Docker.Services;
using Gantry.Executors.Images;
using Gantry.Protocol.Jobs;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Docker;

/// <summary>allowed-images.json, pull-policies.json, image-pull-failures.json, helper-images.json.</summary>
public sealed class ImageTables
{
    [Fact]
    [Tables("allowed-images", "images", "privileged")]
    public void Images_are_allowed_by_globs_over_the_whole_reference()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            var actual = one.InputText("kind") == "privileged-image"
                ? AllowedImages.MayBePrivileged(one.InputText("image")!, one.InputList("allowed"))
                : AllowedImages.IsAllowed(one.InputText("image")!, one.InputList("allowed"), one.InputList("internal"));
            Assert.True(one.Expected.GetBoolean() == actual, $"{one.Name}: {one.InputText("image")} with {string.Join(' ', one.InputList("allowed"))}");
        }

        Assert.Equal(46, cases.Count);
    }

    [Fact]
    [Tables("allowed-images", "services")]
    public void Services_are_collected_checked_and_counted()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            var settings = new DockerSettings
            {
                AllowedServices = one.InputList("allowed_services"),
                ServicesLimit = one.Input.GetProperty("services_limit") is { ValueKind: System.Text.Json.JsonValueKind.Number } limit ? limit.GetInt32() : null,
                Services = [.. one.Input.GetProperty("services").EnumerateArray().Select(service => new ServiceSettings
                {
                    Name = DockerCase.Text(service, "name")!,
                    Alias = DockerCase.Text(service, "alias") ?? "",
                    Command = DockerCase.List(service, "command"),
                    Entrypoint = DockerCase.List(service, "entrypoint"),
                })],
            };
            IReadOnlyList<JobImage> job = [.. one.Input.GetProperty("job_services").EnumerateArray().Select(service => new JobImage
            {
                Name = DockerCase.Text(service, "name")!,
                Alias = DockerCase.Text(service, "alias"),
                Command = DockerCase.List(service, "command"),
                Entrypoint = DockerCase.List(service, "entrypoint"),
            })];

            if (one.ExpectedText("error") is { } error)
            {
                Assert.Contains(error, Assert.Throws<EnvironmentException>(() => ServiceDefinition.Collect(settings, job, text => text, _ => { })).Message, StringComparison.Ordinal);
            }
            else if (one.Expects("too_many_services"))
            {
                Assert.StartsWith("too many services requested", Assert.Throws<EnvironmentException>(() => ServiceDefinition.Collect(settings, job, text => text, _ => { })).Message, StringComparison.Ordinal);
            }
            else
            {
                var actual = ServiceDefinition.Collect(settings, job, text => text, _ => { });
                Assert.Equal(
                    one.Expected.GetProperty("services").EnumerateArray().Select(s => string.Join('|', DockerCase.Text(s, "name"), DockerCase.Text(s, "alias"),
                        string.Join(',', DockerCase.List(s, "command")), string.Join(',', DockerCase.List(s, "entrypoint")))),
                    actual.Select(s => string.Join('|', s.Name, s.Alias, string.Join(',', s.Command), string.Join(',', s.Entrypoint))));
            }
        }

        Assert.Equal(6, cases.Count);
    }

    [Fact]
    [Tables("pull-policies", "docker", "docker-allowed", "source", "choice", "not-allowed")]
    public void Pull_policies_are_read_filtered_and_attributed()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            var settings = new DockerSettings { PullPolicy = one.InputList("pull_policy"), AllowedPullPolicies = one.InputList("allowed_pull_policies") };
            IReadOnlyList<string>? Names(IReadOnlyList<PullPolicy> policies) => [.. policies.Select(PullPolicies.NameOf)];
            switch (one.Table)
            {
                case "docker":
                    Check(one, () => Names(PullPolicies.Configured(settings.PullPolicy)));
                    break;
                case "docker-allowed":
                    Check(one, () => Names(PullPolicies.Allowed(settings.AllowedPullPolicies, [])));
                    break;
                default:
                    // Only what is asked about may fail here: a job may use what it names.
                    var allowed = one.Input.TryGetProperty("allowed_pull_policies", out _) ? settings : settings with { AllowedPullPolicies = ["always", "if-not-present", "never"] };
                    Check(one, () => Names(PullPolicies.For(one.InputText("image") ?? "image", one.InputList("image_pull_policies"), allowed).Policies));
                    if (one.ExpectedText("source") is { } source)
                    {
                        Assert.Equal(source, PullPolicies.For("image", one.InputList("image_pull_policies"), allowed).Source);
                    }

                    break;
            }
        }

        Assert.Equal(18, cases.Count);
    }

    private static void Check(DockerCase one, Func<IReadOnlyList<string>?> read)
    {
        if (one.Expects("error") || one.Expects("error_contains"))
        {
            var error = Assert.IsAssignableFrom<Exception>(Record.Exception(read)).Message;
            Assert.True(one.ExpectedText("error") is not { } text || error == text, $"{one.Name}: {error}");
            Assert.All(one.ExpectedList("error_contains"), part => Assert.Contains(part, error, StringComparison.Ordinal));
            Assert.True(one.ExpectedText("error_matches") is not { } pattern || Regex.IsMatch(error, pattern), $"{one.Name}: {error}");
        }
        else if (one.Expects("policies"))
        {
            Assert.Equal(one.ExpectedList("policies"), read());
        }
    }

    [Fact]
    [Tables("config-rules", "docker-user")]
    public void Users_are_allowed_by_the_list()
    {
        var cases = DockerCases.Of();
        Assert.All(cases, one => Assert.Equal(
            one.Expected.GetProperty("allowed").GetBoolean(),
            ImageOptions.IsAllowed(
                one.InputText("job_user")!, new DockerSettings { User = one.InputText("runner_user")!, AllowedUsers = one.InputList("allowed_users") })));
        Assert.Equal(6, cases.Count);
    }

    [Fact]
    [Tables("image-pull-failures")]
    public void Failed_pulls_are_classified_by_their_text()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            Assert.True(one.Expected.GetString() == PullFailures.Classify(one.Input.GetString()!).Wire, one.Name);
        }

        Assert.Equal(16, cases.Count);
    }

    [Fact]
    [Tables("helper-images")]
    public void Helper_images_have_the_official_tags()
    {
        var cases = DockerCases.Of();
        foreach (var one in cases)
        {
            if (one.Table == "version")
            {
                Assert.True(one.ExpectedText("tag_revision") == HelperImage.Revision(one.InputText("version")!), one.Name);
                continue;
            }

            if (one.Table == "windows-version")
            {
                if (one.ExpectedText("error") is not null)
                {
                    Assert.Throws<FormatException>(() => HelperImage.WindowsVersion(one.InputText("kernel_version")!));
                    continue;
                }

                Assert.True(one.ExpectedText("windows_version") == HelperImage.WindowsVersion(one.InputText("kernel_version")!).Version, one.Name);
                continue;
            }

            HelperImage Make() => one.Table == "windows"
                ? HelperImage.Windows(one.InputText("architecture")!, one.InputText("kernel_version")!, one.InputText("revision")!)
                : HelperImage.Linux(one.InputText("architecture")!, one.InputText("revision")!, one.InputText("flavor")!, one.InputText("shell")!, "x86_64");
            if (one.ExpectedText("error") is not null)
            {
                Assert.Throws<FormatException>(() => Make());
                continue;
            }

            var image = Make();
            Assert.True(one.ExpectedText("tag") == image.Tag, $"{one.Name}: {image}");
            Assert.True(one.ExpectedText("prebuilt") is not { } archive || archive == image.Archive, $"{one.Name}: {image}");
            Assert.True(one.ExpectedText("architecture") is not { } arch || arch == image.Architecture, $"{one.Name}: {image}");
        }

        Assert.Equal(43, cases.Count);
    }
}
