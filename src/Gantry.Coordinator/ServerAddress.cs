namespace Gantry.Coordinator;

/// <summary>The address that users, runners and jobs reach. Known once the server listens, when it follows the port.</summary>
internal sealed class ServerAddress(string? external)
{
    private string? _url = external?.TrimEnd('/');

    /// <summary>Without a trailing slash.</summary>
    public string Url => _url ?? throw new InvalidOperationException("The address is known only after the start.");

    /// <summary>The address listened on, unless another was configured.</summary>
    public void Listening(string url) => _url ??= url.TrimEnd('/');

    public string Of(Store.ProjectRow project) => $"{Url}/{project.FullPath}";

    public string CloneUrl(Store.ProjectRow project) => $"{Of(project)}.git";

    /// <summary>The clone address with credentials inside. A secret.</summary>
    public string CloneUrl(Store.ProjectRow project, string user, string password) =>
        new UriBuilder(CloneUrl(project)) { UserName = user, Password = password }.Uri.AbsoluteUri;

    public string Of(Store.ProjectRow project, Store.PipelineRow pipeline) => $"{Of(project)}/-/pipelines/{pipeline.Id}";

    public string Of(Store.ProjectRow project, Store.JobRow job) => $"{Of(project)}/-/jobs/{job.Id}";
}
