namespace Gantry.Runner.Polling;

/// <summary>What a poll loop did with its turn; for metrics.</summary>
internal enum PollEvent
{
    /// <summary>The server was asked.</summary>
    Asked,

    /// <summary>The entry was left alone: it is unhealthy.</summary>
    Skipped,

    /// <summary>The server refused the runner.</summary>
    Refused,

    /// <summary>As many requests were on their way as may be.</summary>
    Exceeded,

    /// <summary>The turn broke.</summary>
    Broke,
}
