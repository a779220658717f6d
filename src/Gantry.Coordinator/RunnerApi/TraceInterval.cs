using Gantry.Coordinator.Traces;

namespace Gantry.Coordinator.RunnerApi;

/// <summary>
/// How often a runner should send its log, in seconds. GitLab asks for 3 while somebody watches and 60 otherwise; a server for
/// a few people can afford to be quicker, and what is not watched now may be opened at any moment.
/// </summary>
internal static class TraceInterval
{
    private const int Watched = 1;
    private const int Unwatched = 3;

    public static int Of(TraceStore traces, long jobId) => traces.IsWatched(jobId) ? Watched : Unwatched;
}
