using Gantry.Engine;
using Gantry.Engine.Plans;
using Gantry.Protocol;
using Gantry.TestKit.Tables;

namespace Gantry.Conformance.Tests.Plans;

/// <summary>job-directories.json and names.json.</summary>
public sealed class FolderTables
{
    [Fact]
    [Tables("job-directories", "start", "tmp-dir", "variable")]
    public void Folders_of_jobs() => Cases.Run(13, (input, expected) =>
    {
        var runner = Samples.Runner() with
        {
            BuildsFolder = input.Text("root_dir"),
            CacheFolder = input.Text("cache_dir"),
            CustomBuildDirEnabled = input.Flag("custom_build_dir_enabled"),
            SafeDirectoryCheckout = input.Flag("safe_directory_checkout"),
        };
        var payload = Samples.Payload([.. Samples.Variables(input).All]);
        var compiled = JobPlanner.Compile(Samples.Request(payload, runner, Samples.Defaults(input.Flag("shared_dir"))));
        if (expected.Flag("error"))
        {
            var refused = Assert.IsType<Compilation.Refused>(compiled);
            Assert.Equal(new FailureReason(expected.Text("failure_reason")), refused.Reason);
            return;
        }

        var plan = Assert.IsType<Compilation.Planned>(compiled).Plan;
        Same(expected, "build_dir", plan.Folders.Project);
        Same(expected, "cache_dir", plan.Folders.Cache);
        Same(expected, "root_dir", plan.Folders.Builds);
        Same(expected, "tmp_dir", plan.Folders.Temporary);
        if (expected.Has("safe_directory_checkout"))
        {
            Assert.Equal(expected.Flag("safe_directory_checkout"), plan.SafeDirectoryCheckout);
        }

        if (input.Has("variable"))
        {
            Assert.Equal(expected.Text("value"), plan.Variables.Get(input.Text("variable")));
        }
    });

    [Fact]
    [Tables("job-directories", "unique-name", "unique-short-name", "real-unique-name")]
    public void Unique_names() => Cases.Run(8, (input, expected) =>
    {
        var (project, number) = (input.GetProperty("project_id").GetInt64(), input.GetProperty("project_runner_id").GetInt32());
        var token = input.Text("token");
        Assert.Equal(expected.Text("name"), input.Text("kind") switch
        {
            "unique-name" => UniqueName.ForProject(ShortToken.Of(token), project, number),
            "unique-short-name" => UniqueName.ForJob(ShortToken.Of(token), project, number, input.GetProperty("job_id").GetInt64()),
            _ => UniqueName.ForVolumes(new Secret(token), input.Text("system_id"), project, number),
        });
    });

    [Fact]
    [Tables("names", "short-token")]
    public void Short_tokens() => Cases.Run(10, (input, expected) =>
        Assert.Equal(expected.GetString(), ShortToken.Of(input.Text("text"))));

    [Fact]
    [Tables("names", "rfc1123")]
    public void Host_names() => Cases.Run(2, (input, expected) =>
        Assert.Equal(expected.GetString(), UniqueName.Rfc1123(input.Text("text"))));

    [Fact]
    [Tables("paths", "unix-join", "unix-is-absolute", "unix-is-root", "unix-contains")]
    public void Paths_inside_the_place_of_a_job() => Cases.Run(14, (input, expected) =>
    {
        var path = input.Text("path");
        switch (input.Text("operation"))
        {
            case "join": Assert.Equal(expected.GetString(), GuestPath.Join([.. input.Texts("parts")])); break;
            case "is-absolute": Assert.Equal(expected.GetBoolean(), GuestPath.IsAbsolute(path)); break;
            case "is-root": Assert.Equal(expected.GetBoolean(), GuestPath.IsRoot(path)); break;
            default: Assert.Equal(expected.GetBoolean(), GuestPath.IsWithin(input.Text("target"), input.Text("base"))); break;
        }
    });

    private static void Same(System.Text.Json.JsonElement expected, string name, string actual)
    {
        if (expected.Has(name))
        {
            Assert.Equal(expected.Text(name), actual);
        }
    }
}
