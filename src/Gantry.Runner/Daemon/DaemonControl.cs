using Gantry.Runner.Control;

namespace Gantry.Runner.Daemon;

/// <summary>Carries out what comes over the local socket. Every answer is the state after the command was taken.</summary>
internal sealed class DaemonControl(DaemonView view, DaemonSignals signals)
{
    public async Task<ControlAnswer> AnswerAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        switch (request.Command)
        {
            case "status":
                break;
            case "drain":
                signals.Drain();
                break;
            case "undrain":
                signals.Undrain();
                break;
            case "reload":
                signals.Reload();
                break;
            default:
                return new ControlAnswer { Problem = $"the daemon does not know the command {request.Command}; it may be older than this program" };
        }

        var status = await view.StatusAsync(cancellationToken);
        return new ControlAnswer
        {
            // The daemon's own task takes the signal a moment later; what was asked for is what will be.
            Status = request.Command switch
            {
                "drain" => status with { Draining = true },
                "undrain" => status with { Draining = false },
                _ => status,
            },
        };
    }
}
