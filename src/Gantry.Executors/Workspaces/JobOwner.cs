using System.Globalization;

namespace Gantry.Executors.Workspaces;

/// <summary>Who owns the files that the runner puts into a container, and who may write them.</summary>
/// <param name="User">Numeric.</param>
/// <param name="Group">Numeric.</param>
/// <param name="Open">
/// Everybody may write, as with the official helper's umask of 0: for root, because that is what jobs know, and where the
/// user's number cannot be found out.
/// </param>
internal readonly record struct JobOwner(int User, int Group, bool Open)
{
    public static readonly JobOwner Root = new(0, 0, true);

    /// <summary>Permission bits for a file or folder whose owner has these.</summary>
    public UnixFileMode Mode(UnixFileMode mode)
    {
        if (!Open)
        {
            return mode;
        }

        var owner = (int)(mode & (UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
        return mode | (UnixFileMode)(owner >> 3) | (UnixFileMode)(owner >> 6);
    }

    /// <summary>
    /// From what a container is told to run as: <c>uid[:gid]</c> or <c>name[:group]</c>; empty is root.
    /// </summary>
    /// <param name="user">The text.</param>
    /// <param name="passwd">The image's <c>/etc/passwd</c>, asked for when a name needs it; null when there is none.</param>
    /// <param name="group">Likewise <c>/etc/group</c>.</param>
    public static async Task<JobOwner> OfAsync(string user, Func<Task<string?>> passwd, Func<Task<string?>> group)
    {
        if (user.Length == 0)
        {
            return Root;
        }

        var parts = user.Split(':', 2);
        var known = Number(parts[0]);
        var primary = parts.Length == 2 && parts[1].Length > 0 ? Number(parts[1]) : null;
        if (known is null || (parts.Length == 1 && known != 0))
        {
            var line = Lines(await passwd()).FirstOrDefault(fields => fields.Length > 3 && (fields[0] == parts[0] || fields[2] == parts[0]));
            known ??= line is null ? null : Number(line[2]);
            primary ??= parts.Length == 1 && line is not null ? Number(line[3]) : null;
        }

        if (parts.Length == 2 && parts[1].Length > 0 && primary is null)
        {
            primary = Lines(await group()).FirstOrDefault(fields => fields.Length > 2 && fields[0] == parts[1]) is { } found ? Number(found[2]) : null;
        }

        return known is { } id ? new JobOwner(id, primary ?? 0, Open: id == 0) : Root;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IEnumerable<string[]> Lines(string? text) => (text ?? "").Split('\n').Select(line => line.Split(':'));
}
