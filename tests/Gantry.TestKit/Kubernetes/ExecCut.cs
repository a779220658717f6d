namespace Gantry.TestKit.Kubernetes;

/// <summary>Where a connection to a command in a pod breaks, without a word. Unset: nowhere.</summary>
public sealed record ExecCut
{
    /// <summary>As soon as input comes; the process gets the first half of it.</summary>
    public bool InInput { get; init; }

    /// <summary>When the input has been handed over.</summary>
    public bool AfterInput { get; init; }

    /// <summary>When so many bytes of standard output have been sent.</summary>
    public int? Output { get; init; }

    /// <summary>When everything has been sent but how it ended.</summary>
    public bool BeforeStatus { get; init; }

    /// <summary>The command, and what it is sent, is on its way to the pod until this ends.</summary>
    public Task Arrives { get; init; } = Task.CompletedTask;
}
