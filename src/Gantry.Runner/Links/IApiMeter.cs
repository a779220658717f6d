namespace Gantry.Runner.Links;

/// <summary>Counts API calls for the metrics endpoint (official-cli-config §5.2). Called from many tasks at once.</summary>
internal interface IApiMeter
{
    /// <summary>One call ended, all its attempts together. Status -1: no answer.</summary>
    void Called(string endpoint, string method, int status, TimeSpan duration);

    /// <summary>An attempt is repeated.</summary>
    void Retried(string path, string method);
}

/// <summary>For commands that serve no metrics.</summary>
internal sealed class NoApiMeter : IApiMeter
{
    public static readonly NoApiMeter Instance = new();

    public void Called(string endpoint, string method, int status, TimeSpan duration) { }

    public void Retried(string path, string method) { }
}

/// <summary>Gives each runner its own counters.</summary>
internal interface IApiMeterSource
{
    IApiMeter For(string shortToken);
}

internal sealed class NoApiMeterSource : IApiMeterSource
{
    public static readonly NoApiMeterSource Instance = new();

    public IApiMeter For(string shortToken) => NoApiMeter.Instance;
}
