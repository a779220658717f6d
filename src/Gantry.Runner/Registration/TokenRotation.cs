using Gantry.Runner.Configuration;
using Gantry.Runner.Links;

namespace Gantry.Runner.Registration;

/// <summary>When a runner's token is renewed, and how the new one is kept (official-cli-config §3.4).</summary>
public static class TokenRotation
{
    /// <summary>The entry to renew next and the moment: three quarters of the token's life. Null: no token ends.</summary>
    public static (RunnerEntry Runner, DateTimeOffset At)? Next(IEnumerable<RunnerEntry> runners)
    {
        (RunnerEntry Runner, DateTimeOffset At)? next = null;
        foreach (var runner in runners)
        {
            if (runner.TokenExpiresAt is { } expires && At(runner.TokenObtainedAt ?? DateTimeOffset.MinValue, expires) is var at
                && (next is null || at < next.Value.At))
            {
                next = (runner, at);
            }
        }

        return next;
    }

    internal static DateTimeOffset At(DateTimeOffset obtained, DateTimeOffset expires) =>
        obtained + TimeSpan.FromTicks((long)((expires - obtained).Ticks * 0.75));

    internal static void Store(ConfigFile file, int index, ResetTokenAnswer.Renewed renewed, DateTimeOffset now)
    {
        file.SetRunnerKey(index, "token", renewed.Token.Reveal());
        file.SetRunnerKey(index, "token_obtained_at", new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), now.Offset));
        file.SetRunnerKey(index, "token_expires_at", renewed.TokenExpiresAt ?? DateTimeOffset.MinValue);
    }
}
