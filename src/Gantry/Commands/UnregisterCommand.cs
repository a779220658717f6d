using Gantry.CommandLine;
using Gantry.Engine;
using Gantry.Runner.Registration;

namespace Gantry.Commands;

/// <summary><c>gantry unregister</c> (official-cli-config §1.3.5).</summary>
internal static class UnregisterCommand
{
    public static Command Create()
    {
        var flags = new FlagSet();
        var config = RunnerTools.ConfigFlag(flags);
        var name = flags.Text("name, n", "name of the runner to unregister");
        var url = flags.Text("url, u", "URL of the instance", "CI_SERVER_URL");
        var token = flags.Text("token, t", "runner token", "CI_SERVER_TOKEN");
        var ca = flags.Text("tls-ca-file", "file with the certificate authorities (default: the entry's)", "CI_SERVER_TLS_CA_FILE");
        var certificate = flags.Text("tls-cert-file", "file with the client certificate (default: the entry's)", "CI_SERVER_TLS_CERT_FILE");
        var key = flags.Text("tls-key-file", "file with the client key (default: the entry's)", "CI_SERVER_TLS_KEY_FILE");
        var all = flags.Switch("all-runners", "unregister all runners");
        return new Command("unregister", "unregister specific runner", flags, (context, cancellationToken) => RunnerTools.UseAsync(
            context,
            (tools, cancellation) => new RunnerCommands(tools).UnregisterAsync(
                RunnerTools.ConfigPath(context, config),
                new RunnerSelection
                {
                    Name = name.Value,
                    Url = url.Value,
                    Token = new Secret(token.Value),
                    All = all.Value,
                    TlsCaFile = ca.Value,
                    TlsCertFile = certificate.Value,
                    TlsKeyFile = key.Value,
                },
                cancellation),
            cancellationToken))
        { NamesPlatform = true };
    }
}
