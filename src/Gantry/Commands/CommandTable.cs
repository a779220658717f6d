using Gantry.CommandLine;

namespace Gantry.Commands;

/// <summary>Every command, in the order help shows them.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<Command> All() =>
    [
        RegisterCommand.Create(),
        RunCommand.Create(),
        ListCommand.Create(),
        VerifyCommand.Create(),
        UnregisterCommand.Create(),
        ResetTokenCommand.Create(),
        ServerCommand.Create(),
        DemoCommand.Create(),
        TransferCommands.Uploader(),
        TransferCommands.Downloader(),
        TransferCommands.CacheArchiver(),
        TransferCommands.CacheExtractor(),
    ];
}
