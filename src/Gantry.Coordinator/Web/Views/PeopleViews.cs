using Gantry.Coordinator.Store;

namespace Gantry.Coordinator.Web.Views;

/// <summary>Who works on a project.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Project">The project.</param>
/// <param name="Members">With their roles.</param>
/// <param name="Levels">The roles that the visitor may give.</param>
/// <param name="Error">Why the last change was refused.</param>
internal sealed record MembersView(PageScope Scope, ProjectRow Project, IReadOnlyList<MemberRow> Members, IReadOnlyList<AccessLevel> Levels, string? Error);

/// <summary>Everybody on this server.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Users">By id.</param>
/// <param name="Link">A link that was just made: whose, and where it leads.</param>
/// <param name="Error">Why the last change was refused.</param>
internal sealed record UsersView(PageScope Scope, IReadOnlyList<UserRow> Users, (string Username, string Address)? Link, string? Error);

/// <summary>The form that sets a password.</summary>
/// <param name="Scope">The page's.</param>
/// <param name="Address">Where it goes.</param>
/// <param name="LinkToken">Of a one-time link; null when the old password is asked for.</param>
/// <param name="Error">Why the last attempt was refused.</param>
internal sealed record PasswordView(PageScope Scope, string Address, string? LinkToken, string? Error);
