using Gantry.Coordinator.Access;
using Gantry.Coordinator.Git;
using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Creation;

/// <summary>Commits and refs that people make through the API and the pages: who may, the change, and the pipelines that follow, as after a push.</summary>
internal sealed class Committing(Database database, Repositories repositories, CommitWriter writer, PushHandler pushes)
{
    public async Task<CommitOutcome> CommitAsync(ProjectRow project, UserRow user, CommitOrder order, CancellationToken cancellation)
    {
        if (!await MayAsync(project, user, order.Branch, isTag: false, cancellation))
        {
            return new CommitOutcome.Refused("You are not allowed to push into this branch");
        }

        var outcome = await writer.CommitAsync(project.Id, order, cancellation);
        if (outcome is CommitOutcome.Made made)
        {
            // The branch has moved: what follows happens even when the caller has gone.
            await pushes.HandleAsync(new Push(project, user, [made.Change], []), CancellationToken.None);
        }

        return outcome;
    }

    /// <summary>Makes a branch or a tag at a commit. The message makes the tag an annotated one.</summary>
    public async Task<CommitOutcome> CreateRefAsync(ProjectRow project, UserRow user, RefOrder order, CancellationToken cancellation)
    {
        var kind = order.IsTag ? "Tag" : "Branch";
        if (!await MayAsync(project, user, order.Name, order.IsTag, cancellation))
        {
            return new CommitOutcome.Refused($"You do not have access to create this {kind.ToLowerInvariant()}");
        }

        var reader = new RepositoryReader(repositories, project.Id);
        if (await reader.ResolveAsync(order.Target, cancellation) is not { } sha)
        {
            return new CommitOutcome.Refused(order.IsTag ? $"Target {order.Target} is invalid" : $"Invalid reference name: {order.Target}");
        }

        using (await repositories.TakePushTurnAsync(project.Id, cancellation))
        {
            if ((await reader.HeadsAsync(cancellation)).Any(head => head.Name == order.Name && head.IsTag == order.IsTag))
            {
                return new CommitOutcome.Refused(order.IsTag ? $"Tag {order.Name} already exists" : "Branch already exists");
            }

            if (!await repositories.CreateRefAsync(project.Id, order, sha, user, cancellation))
            {
                return new CommitOutcome.Refused($"{kind} name is invalid");
            }
        }

        var change = new RefChange(order.Name, order.IsTag, null, sha);
        await pushes.HandleAsync(new Push(project, user, [change], []), CancellationToken.None);
        return new CommitOutcome.Made(change);
    }

    /// <summary>Null when it is gone; else why not.</summary>
    public async Task<string?> DeleteRefAsync(ProjectRow project, UserRow user, string name, bool isTag, CancellationToken cancellation)
    {
        var caller = new Caller.Person(user, null, null);
        if (!await database.ReadAsync(
            session => Permissions.MayPushTo(session, caller, project, name, isTag) && Permissions.MayForce(session, project, name, isTag), cancellation))
        {
            return isTag ? "You don't have access to delete this tag" : "Protected branch can't be removed";
        }

        if (!isTag && name == project.DefaultBranch)
        {
            return "Cannot remove HEAD branch";
        }

        using var turn = await repositories.TakePushTurnAsync(project.Id, cancellation);
        return await repositories.DeleteRefAsync(project.Id, new RefHead(name, isTag, "").FullName, cancellation) ? null : "could not be removed";
    }

    private Task<bool> MayAsync(ProjectRow project, UserRow user, string name, bool isTag, CancellationToken cancellation) =>
        database.ReadAsync(session => Permissions.MayPushTo(session, new Caller.Person(user, null, null), project, name, isTag), cancellation);
}
