using Gantry.CommandLine;
using Gantry.Terminal;

return await Application.RunAsync(args, new ProcessTerminal(), TimeProvider.System);
