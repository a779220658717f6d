using System.Globalization;
using BenchmarkDotNet.Running;
using Gantry.Benchmarks.Archives;
using Gantry.Benchmarks.Jobs;
using Gantry.Benchmarks.Pods;
using Gantry.Benchmarks.Traces;

// dotnet run -c Release --project bench/Gantry.Benchmarks -- --filter '*'      exact, takes minutes
// dotnet run -c Release --project bench/Gantry.Benchmarks -- quick             best of some rounds, takes seconds
// dotnet run -c Release --project bench/Gantry.Benchmarks -- archives 2        archives against tar, zstd and zip, two rounds
// dotnet run -c Release --project bench/Gantry.Benchmarks -- jobs              shell jobs against bash; memory of 200 at once
// dotnet run -c Release --project bench/Gantry.Benchmarks -- pods 5            scripts in pods against those that need their connection
if (args is ["quick"])
{
    QuickLog.Run(Console.Out);
    return;
}

if (args is ["archives", .. var more])
{
    await QuickArchives.RunAsync(Console.Out, more is [var rounds] ? int.Parse(rounds, CultureInfo.InvariantCulture) : 5);
    return;
}

if (args is ["pods", .. var times])
{
    await QuickPods.RunAsync(Console.Out, times is [var number] ? int.Parse(number, CultureInfo.InvariantCulture) : 5);
    return;
}

if (args is ["jobs"])
{
    await QuickJobs.InEmptyHomeAsync(QuickJobs.Here);
    return;
}

if (args is [QuickJobs.Here])
{
    await QuickJobs.RunAsync(Console.Out, rounds: 20);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
