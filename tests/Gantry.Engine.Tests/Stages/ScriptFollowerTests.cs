using System.Text;
using CsCheck;
using Gantry.Engine.Shells;
using Gantry.Engine.Stages;
using Gantry.Engine.Traces;
using Gantry.TestKit.Engine;

namespace Gantry.Engine.Tests.Stages;

public sealed class ScriptFollowerTests
{
    [Fact]
    public void Any_chunking_finds_the_line_that_began_last() => Gen.Int[1, 40].Array[1, 60].Sample(sizes =>
    {
        var log = new RecordingJobLog();
        var follower = new ScriptFollower(log, [new Statement.UserScript(["echo a", "", "echo a", "make\nall", "never"], "script_step")]);
        var output = Encoding.UTF8.GetBytes(
            "\e[32;1m$ echo a\e[0;m\na\n\n\e[32;1m$ echo a\e[0;m\na, without an end\e[32;1m$ make # collapsed multi-line command\e[0;m\nit goes on\n");
        var at = 0;
        for (var i = 0; at < output.Length; i++)
        {
            var size = Math.Min(sizes[i % sizes.Length], output.Length - at);
            follower.Write(LogStream.ScriptOutput, output.AsSpan(at, size));
            at += size;
        }

        return follower.Current is { Number: 4, Count: 5, FirstLine: "make" } && log.Output == Encoding.UTF8.GetString(output);
    });

    [Fact]
    public void Before_the_first_line_there_is_none()
    {
        var follower = new ScriptFollower(new RecordingJobLog(), [new Statement.UserScript(["a"], "s")]);
        follower.Write(LogStream.ScriptOutput, "noise\n"u8);
        follower.Write(LogStream.ScriptError, "\e[32;1m$ a"u8);

        Assert.Null(follower.Current);
    }
}
