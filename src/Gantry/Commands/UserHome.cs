namespace Gantry.Commands;

/// <summary>Home folders of other users of this machine.</summary>
internal static class UserHome
{
    /// <summary>Null when the user is not in <c>/etc/passwd</c>.</summary>
    public static string? Find(string user)
    {
        const string Users = "/etc/passwd";
        return File.Exists(Users)
            ? File.ReadLines(Users).Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 5 && fields[0] == user)?[5]
            : null;
    }
}
