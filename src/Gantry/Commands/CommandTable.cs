using Gantry.CommandLine;

namespace Gantry.Commands;

/// <summary>Every command, in the order help shows them.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<Command> All() =>
    [
        RegisterCommand.Create(),
        ListCommand.Create(),
        VerifyCommand.Create(),
        UnregisterCommand.Create(),
        ResetTokenCommand.Create(),
        LintCommand.Create(),
        RunCommand.Create(),
        RunSingleCommand.Create(),
        WrapperCommand.Create(),
        ControlCommands.Drain(),
        ControlCommands.Undrain(),
        TopCommand.Create(),
        ServiceCommands.Install(),
        ServiceCommands.Uninstall(),
        ServiceCommands.Start(),
        ServiceCommands.Stop(),
        ServiceCommands.Restart(),
        ControlCommands.Status(),
        ServerCommand.Create(),
        DemoCommand.Create(),
        PruneCommand.Create(),
        DoctorCommand.Create(),
        CompletionCommand.Create(All),
        FleetingCommand.Create(),
        ManCommand.Create(),
        ExecCommand.Create(),
        ShellJobCommand.Create(),
        CiCommand.Create(),
        TransferCommands.Uploader(),
        TransferCommands.Downloader(),
        PlaceCommands.CacheInit(),
        PlaceCommands.HealthCheck(),
        PlaceCommands.ProxyExec(),
        PlaceCommands.ReadLogs(),
        PlaceCommands.Steps(),
        CacheCommands.Archiver(),
        CacheCommands.Extractor(),
    ];
}
