namespace Gantry.Coordinator.Store;

/// <summary>Projects, their namespaces and protected refs.</summary>
internal sealed class ProjectStore(SqlSession sql, StoreSession session)
{
    private const string Columns = """
        id, namespace_id, name, path, full_path, description, default_branch, visibility, ci_config_path, runners_token,
        git_strategy, git_depth, job_timeout, auto_cancel, instance_runners_enabled, separate_caches, cache_index,
        keep_latest_artifacts, creator_id, created_at, last_activity_at
        """;

    // A user sees what is public, what is theirs, and, as the instance's owner, everything.
    private const string Visible = """
        (@user is null or visibility <> 'private'
         or exists (select 1 from members m where m.project_id = projects.id and m.user_id = @user))
        """;

    public ProjectRow? Find(long id) => sql.First($"select {Columns} from projects where id = @id", Map, ("id", id));

    /// <summary>By <c>group/sub/project</c>, without regard to case.</summary>
    public ProjectRow? FindByPath(string fullPath) =>
        sql.First($"select {Columns} from projects where full_path = @path", Map, ("path", fullPath));

    public ProjectRow? FindByRunnersToken(string token) =>
        sql.First($"select {Columns} from projects where runners_token = @token", Map, ("token", token));

    /// <summary>Newest activity first, or by id when the page is one by place.</summary>
    /// <param name="visibleTo">Null for everything.</param>
    /// <param name="search">Part of the path, or null.</param>
    /// <param name="page">Which slice.</param>
    public Paged<ProjectRow> List(long? visibleTo, string? search, Page page) => page.After is { } after ? Behind(after, visibleTo, search, page) : new(
        sql.Query(
            $"""
            select {Columns} from projects
            where {Visible} and (@search is null or full_path like '%' || @search || '%')
            order by last_activity_at desc, id desc limit @size offset @offset
            """,
            Map, ("user", visibleTo), ("search", search), ("size", page.Size), ("offset", page.Offset)),
        sql.Number(
            $"select count(*) from projects where {Visible} and (@search is null or full_path like '%' || @search || '%')",
            ("user", visibleTo), ("search", search)));

    private Paged<ProjectRow> Behind(long after, long? visibleTo, string? search, Page page)
    {
        var (than, order) = page.IsAscending ? (">", "asc") : ("<", "desc");
        return new Paged<ProjectRow>(
            sql.Query(
                $"""
                select {Columns} from projects
                where {Visible} and (@search is null or full_path like '%' || @search || '%') and id {than} @after
                order by id {order} limit @size
                """,
                Map, ("user", visibleTo), ("search", search), ("after", after), ("size", page.Size)),
            0);
    }

    /// <summary>Adds the row; <see cref="ProjectRow.Id"/> of the argument is ignored.</summary>
    public ProjectRow Add(ProjectRow project) =>
        sql.First(
            $"""
            insert into projects (namespace_id, name, path, full_path, description, default_branch, visibility, ci_config_path,
                runners_token, git_strategy, git_depth, job_timeout, auto_cancel, instance_runners_enabled, separate_caches,
                cache_index, creator_id, created_at, last_activity_at)
            values (@namespace, @name, @path, @full_path, @description, @default_branch, @visibility, @ci_config_path,
                @runners_token, @git_strategy, @git_depth, @job_timeout, @auto_cancel, @instance_runners_enabled,
                @separate_caches, @cache_index, @creator, @created, @activity)
            returning {Columns}
            """,
            Map,
            [
                .. Settings(project), ("namespace", project.NamespaceId), ("path", project.Path), ("full_path", project.FullPath),
                ("runners_token", project.RunnersToken), ("creator", project.CreatorId), ("created", project.CreatedAt),
                ("activity", project.LastActivityAt),
            ])!;

    /// <summary>Writes the settings; identity, path and token stay.</summary>
    public void Update(ProjectRow project) =>
        sql.Execute(
            """
            update projects set name = @name, description = @description, default_branch = @default_branch,
                visibility = @visibility, ci_config_path = @ci_config_path, git_strategy = @git_strategy, git_depth = @git_depth,
                job_timeout = @job_timeout, auto_cancel = @auto_cancel, instance_runners_enabled = @instance_runners_enabled,
                separate_caches = @separate_caches, cache_index = @cache_index, keep_latest_artifacts = @keep_latest
            where id = @id
            """,
            [.. Settings(project), ("id", project.Id)]);

    public void SetRunnersToken(long id, string token) =>
        sql.Execute("update projects set runners_token = @token where id = @id", ("token", token), ("id", id));

    public void Touch(long id, DateTimeOffset now) =>
        sql.Execute("update projects set last_activity_at = @now where id = @id", ("now", now), ("id", id));

    public void Delete(long id)
    {
        // Its runners lose it, and its jobs go.
        session.Changes.Add(Change.OfRunners);
        session.Changes.Add(Change.Everything);
        sql.Execute("delete from projects where id = @id", ("id", id));
    }

    /// <summary>The next <see cref="PipelineRow.Iid"/>.</summary>
    public long NextPipelineIid(long id) =>
        sql.Number("update projects set pipeline_counter = pipeline_counter + 1 where id = @id returning pipeline_counter", ("id", id));

    public long LastPipelineIid(long id) => sql.Number("select pipeline_counter from projects where id = @id", ("id", id));

    public NamespaceRow? FindNamespace(string fullPath) =>
        sql.First("select id, name, full_path, kind from namespaces where full_path = @path", MapNamespace, ("path", fullPath));

    public NamespaceRow? FindNamespace(long id) =>
        sql.First("select id, name, full_path, kind from namespaces where id = @id", MapNamespace, ("id", id));

    public NamespaceRow AddNamespace(string fullPath, string name, string kind) =>
        sql.First(
            "insert into namespaces (name, full_path, kind) values (@name, @path, @kind) returning id, name, full_path, kind",
            MapNamespace, ("name", name), ("path", fullPath), ("kind", kind))!;

    public IReadOnlyList<NamespaceRow> Namespaces() =>
        sql.Query("select id, name, full_path, kind from namespaces order by full_path", MapNamespace);

    public void Protect(long projectId, string kind, string pattern, AccessLevel push) =>
        Protect(projectId, new ProtectedRefRow(pattern, kind == "tag", push, push, AllowForcePush: false));

    /// <summary>Adds the protection, or changes the one of the same pattern.</summary>
    public void Protect(long projectId, ProtectedRefRow protection) =>
        sql.Execute(
            """
            insert into protected_refs (project_id, kind, pattern, push_level, run_level, force_push)
            values (@project, @kind, @pattern, @push, @run, @force)
            on conflict (project_id, kind, pattern) do update set push_level = excluded.push_level, run_level = excluded.run_level,
                force_push = excluded.force_push
            """,
            ("project", projectId), ("kind", protection.IsTag ? "tag" : "branch"), ("pattern", protection.Pattern),
            ("push", (long)protection.PushLevel), ("run", (long)protection.RunLevel), ("force", protection.AllowForcePush));

    /// <summary>By pattern.</summary>
    public IReadOnlyList<ProtectedRefRow> Protected(long projectId, bool isTag) =>
        sql.Query(
            """
            select kind, pattern, push_level, run_level, force_push from protected_refs
            where project_id = @project and kind = @kind order by pattern
            """,
            row => new ProtectedRefRow(
                row.Text("pattern"), row.Text("kind") == "tag", (AccessLevel)row.Number("push_level"), (AccessLevel)row.Number("run_level"),
                row.Flag("force_push")),
            ("project", projectId), ("kind", isTag ? "tag" : "branch"));

    public bool Unprotect(long projectId, string kind, string pattern) =>
        sql.Execute(
            "delete from protected_refs where project_id = @project and kind = @kind and pattern = @pattern",
            ("project", projectId), ("kind", kind), ("pattern", pattern)) > 0;

    private static (string, object?)[] Settings(ProjectRow project) =>
    [
        ("name", project.Name), ("description", project.Description), ("default_branch", project.DefaultBranch),
        ("visibility", project.Visibility), ("ci_config_path", project.CiConfigPath), ("git_strategy", project.GitStrategy),
        ("git_depth", project.GitDepth), ("job_timeout", project.JobTimeout), ("auto_cancel", project.AutoCancel),
        ("instance_runners_enabled", project.InstanceRunnersEnabled), ("separate_caches", project.SeparateCaches),
        ("cache_index", project.CacheIndex), ("keep_latest", project.KeepLatestArtifacts),
    ];

    private static NamespaceRow MapNamespace(SqlRow row) => new()
    {
        Id = row.Number("id"),
        Name = row.Text("name"),
        FullPath = row.Text("full_path"),
        Kind = row.Text("kind"),
    };

    private static ProjectRow Map(SqlRow row) => new()
    {
        Id = row.Number("id"),
        NamespaceId = row.Number("namespace_id"),
        Name = row.Text("name"),
        Path = row.Text("path"),
        FullPath = row.Text("full_path"),
        Description = row.Text("description"),
        DefaultBranch = row.Text("default_branch"),
        Visibility = row.Text("visibility"),
        CiConfigPath = row.Text("ci_config_path"),
        RunnersToken = row.Text("runners_token"),
        GitStrategy = row.Text("git_strategy"),
        GitDepth = row.Small("git_depth"),
        JobTimeout = row.Small("job_timeout"),
        AutoCancel = row.Flag("auto_cancel"),
        InstanceRunnersEnabled = row.Flag("instance_runners_enabled"),
        SeparateCaches = row.Flag("separate_caches"),
        CacheIndex = row.Small("cache_index"),
        KeepLatestArtifacts = row.Flag("keep_latest_artifacts"),
        CreatorId = row.Number("creator_id"),
        CreatedAt = row.Time("created_at"),
        LastActivityAt = row.Time("last_activity_at"),
    };
}
