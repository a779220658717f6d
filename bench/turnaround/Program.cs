using System.Globalization;
using Gantry.Turnaround;

// Whole-process comparisons on this machine: ./bench/turnaround/run [--runs N] [--docker | --shell] [--full]
var runs = args.SkipWhile(word => word != "--runs").Skip(1).Select(word => int.Parse(word, CultureInfo.InvariantCulture)).FirstOrDefault(10);
var binary = Environment.GetEnvironmentVariable("GANTRY_BINARY") ?? Path.GetFullPath("out/gantry");
if (!File.Exists(binary))
{
    await Console.Error.WriteLineAsync($"{binary} does not exist; run ./build first");
    return 1;
}

Console.WriteLine($"{"case",-44}{"min",10}{"median",10}{"max",10}");
if (!args.Contains("--docker"))
{
    await using var stage = await Stage.OpenAsync(binary, new StageSpec { Pipeline = $"job:\n  script: {Cases.Script}\n" });
    await Task.Delay(Cases.Quiet);
    Report.Memory("gantry run, idle, no job yet, resident", Cases.Resident(stage.Runner.Id));
    Report.Times("gantry --version, whole process", await Cases.VersionAsync(binary, runs * 2));
    var bare = await Cases.BareScriptAsync(runs);
    Report.Times("bash -c of the job's script", bare);
    var job = await Cases.PipelineAsync(stage, runs);
    Report.Times("shell job: push sent to success seen", job);
    Report.Ratio("  ratio to the bare script", job, bare);
    Report.Times("shell job: created to finished (server's clock)", stage.ServerTimes);
    Report.Times("shell job: handed out to accepted", stage.JobTimes);
    Report.Phases(stage.Phases);
    await Task.Delay(Cases.Quiet);
    Report.Memory("gantry run, idle after its jobs, resident", Cases.Resident(stage.Runner.Id));
    Report.Memory("gantry server, idle after them, resident", Cases.Resident(stage.Server.Id));
    await ExecCases.ReportAsync(binary, runs);
}

if (!args.Contains("--shell"))
{
    await ExecDockerCases.ReportAsync(binary, runs);
    await new DockerCases(binary, runs).RunAsync(args.Contains("--full"));
}

return 0;
