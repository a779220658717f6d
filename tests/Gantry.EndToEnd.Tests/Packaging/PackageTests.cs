using Gantry.EndToEnd.Tests.Harness;

namespace Gantry.EndToEnd.Tests.Packaging;

/// <summary>Every package is built, installed where nothing else is, and used: the scripts are <c>packaging/tryout/*</c>.</summary>
[Trait("Needs", "Full")]
public sealed class PackageTests(PackageFixture packages, ITestOutputHelper output) : IClassFixture<PackageFixture>
{
    private const int Limit = 1_800_000;

    [Fact(Timeout = Limit)]
    public Task The_deb_installs_registers_runs_a_job_upgrades_and_goes_without_taking_the_configuration() => TryAsync("deb");

    [Fact(Timeout = Limit)]
    public Task The_rpm_installs_registers_runs_a_job_upgrades_and_goes_without_taking_the_configuration() => TryAsync("rpm");

    [Fact(Timeout = Limit)]
    public Task The_static_executable_serves_in_an_empty_container() => TryAsync("static");

    [Fact(Timeout = Limit)]
    public Task The_image_runs_a_docker_job_with_only_the_socket_and_takes_a_changed_configuration_after_a_restart() => TryAsync("image");

    [Fact(Timeout = Limit)]
    public Task The_same_commit_gives_the_same_packages() => TryAsync("reproducible");

    [Fact(Timeout = Limit)]
    public Task Apt_and_dnf_install_from_the_repositories_and_refuse_what_was_changed() => TryAsync("repository");

    /// <summary>Every block of the page is run. That the Chinese page has the same ones stands in the tests of the documents.</summary>
    [Fact(Timeout = Limit)]
    public Task The_tutorial_works_as_it_is_written() => TryAsync("tutorial", Path.Combine("docs", "tutorial.md"));

    /// <summary>They cannot be run here.</summary>
    [Fact(Timeout = Limit)]
    public async Task Packages_for_other_machines_are_built()
    {
        var sizes = await PackageFixture.BuildAsync("arm64", "portable");
        output.WriteLine(sizes);
        foreach (var kind in new[] { "-linux-arm64.tar.gz", "_arm64.deb", "-win-x64.exe", "-osx-arm64", "-osx-x64" })
        {
            Assert.Contains(kind + "\n", sizes, StringComparison.Ordinal);
        }
    }

    private async Task TryAsync(string script, params string[] arguments)
    {
        output.WriteLine(packages.Sizes);
        output.WriteLine(await RunningProcess.RunAsync(
            Path.Combine(GantryBinary.Root, "packaging", "tryout", script), [packages.Folder, .. arguments], folder: GantryBinary.Root));
    }
}
