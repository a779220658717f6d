using System.Security.Cryptography;
using Gantry.CommandLine;
using Gantry.Coordinator;
using Gantry.Native;

namespace Gantry.Commands;

/// <summary>Starts a coordinator in this process, with clear words when it cannot.</summary>
internal static class ServerStart
{
    public static async Task<CoordinatorHost> OpenAsync(
        CommandContext context, CoordinatorSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Problems().ToList() is { Count: > 0 } problems)
        {
            throw new CommandException(string.Join('\n', problems));
        }

        foreach (var file in new[] { settings.TlsCertificate, settings.TlsKey }.OfType<string>().Where(file => !File.Exists(file)))
        {
            throw new CommandException($"{file} does not exist; --tls-cert and --tls-key name PEM files");
        }

        EmbeddedSqlite.Register();
        CoordinatorHost host;
        try
        {
            host = CoordinatorHost.Build(settings, context.Loggers);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"the data folder {settings.DataDirectory} cannot be used: {error.Message}");
        }
        catch (CryptographicException error)
        {
            throw new CommandException($"the certificate {settings.TlsCertificate} or its key {settings.TlsKey} cannot be used: {error.Message}");
        }

        try
        {
            await host.StartAsync(cancellationToken);
            return host;
        }
        catch (IOException error)
        {
            await host.DisposeAsync();
            throw new CommandException(
                $"the server cannot listen on {settings.ListenUrl}: {error.Message}\nStop what uses the port, or choose another address with --listen.");
        }
    }
}
