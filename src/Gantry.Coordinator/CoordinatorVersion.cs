namespace Gantry.Coordinator;

/// <summary>The GitLab whose API this server speaks; clients look at it to know what they may ask.</summary>
public static class CoordinatorVersion
{
    public const string GitLab = "18.9.0-gantry";
    public const string Revision = "gantry";
}
