using BenchmarkDotNet.Running;
using Gantry.Benchmarks.Traces;

// dotnet run -c Release --project bench/Gantry.Benchmarks -- --filter '*'      exact, takes minutes
// dotnet run -c Release --project bench/Gantry.Benchmarks -- quick             best of some rounds, takes seconds
if (args is ["quick"])
{
    QuickLog.Run(Console.Out);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
