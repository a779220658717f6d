using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Access;

/// <summary>Who makes a request.</summary>
internal abstract record Caller
{
    private Caller()
    {
    }

    /// <summary>Nobody; sees what is public.</summary>
    public sealed record Anonymous : Caller
    {
        public static readonly Anonymous Instance = new();
    }

    /// <summary>A person, signed in or by a personal access token.</summary>
    /// <param name="User">Who.</param>
    /// <param name="Scopes">What the token may; null for a signed-in session, which may everything its user may.</param>
    /// <param name="Token">The token used, if it was one.</param>
    public sealed record Person(UserRow User, IReadOnlyList<string>? Scopes, AccessTokenRow? Token) : Caller
    {
        public bool Has(params ReadOnlySpan<string> anyOf)
        {
            if (Scopes is null)
            {
                return true;
            }

            foreach (var scope in anyOf)
            {
                if (Scopes.Contains(scope))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>A running job, by its token: reads its own project.</summary>
    public sealed record Job(JobRow Row, UserRow User) : Caller;

    public UserRow? Identity => this switch
    {
        Person person => person.User,
        Job job => job.User,
        _ => null,
    };
}
