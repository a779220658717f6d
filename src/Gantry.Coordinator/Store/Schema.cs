namespace Gantry.Coordinator.Store;

/// <summary>
/// The tables. Times are Unix milliseconds, flags 0/1, lists one item per line. Tokens that only we check are stored as
/// SHA-256 (hex): they are long and random, so a plain hash is enough; tokens that are shown again are stored as they are.
/// </summary>
internal static class Schema
{
    public const string People = """
        create table instance (key text primary key, value text not null);
        create table users (
            id integer primary key autoincrement,
            username text not null collate nocase unique,
            name text not null,
            email text not null,
            admin integer not null,
            password text,
            created_at integer not null);
        create table access_tokens (
            id integer primary key autoincrement,
            user_id integer not null references users(id) on delete cascade,
            name text not null,
            token_hash text not null unique,
            scopes text not null,
            created_at integer not null,
            expires_at integer,
            last_used_at integer,
            revoked integer not null default 0)
        """;

    public const string Projects = """
        create table namespaces (
            id integer primary key autoincrement,
            name text not null,
            full_path text not null collate nocase unique,
            kind text not null);
        create table projects (
            id integer primary key autoincrement,
            namespace_id integer not null references namespaces(id),
            name text not null,
            path text not null,
            full_path text not null collate nocase unique,
            description text not null,
            default_branch text not null,
            visibility text not null,
            ci_config_path text not null,
            runners_token text not null unique,
            git_strategy text not null,
            git_depth integer not null,
            job_timeout integer not null,
            auto_cancel integer not null,
            instance_runners_enabled integer not null,
            separate_caches integer not null,
            cache_index integer not null,
            pipeline_counter integer not null default 0,
            creator_id integer not null references users(id),
            created_at integer not null,
            last_activity_at integer not null);
        create table members (
            project_id integer not null references projects(id) on delete cascade,
            user_id integer not null references users(id) on delete cascade,
            level integer not null,
            primary key (project_id, user_id)) without rowid;
        create table protected_refs (
            project_id integer not null references projects(id) on delete cascade,
            kind text not null,
            pattern text not null,
            push_level integer not null,
            primary key (project_id, kind, pattern)) without rowid
        """;

    public const string Runners = """
        create table runners (
            id integer primary key autoincrement,
            type text not null,
            description text not null,
            token_hash text not null unique,
            short_token text not null,
            legacy integer not null,
            tag_list text not null,
            run_untagged integer not null,
            locked integer not null,
            paused integer not null,
            access_level text not null,
            maximum_timeout integer,
            maintenance_note text not null,
            creator_id integer,
            created_at integer not null,
            contacted_at integer,
            token_expires_at integer);
        create table runner_projects (
            runner_id integer not null references runners(id) on delete cascade,
            project_id integer not null references projects(id) on delete cascade,
            primary key (runner_id, project_id)) without rowid;
        create index runner_projects_project on runner_projects(project_id);
        create table runner_machines (
            id integer primary key autoincrement,
            runner_id integer not null references runners(id) on delete cascade,
            system_id text not null,
            version text not null,
            revision text not null,
            platform text not null,
            architecture text not null,
            executor text not null,
            ip_address text not null,
            features text not null,
            created_at integer not null,
            contacted_at integer not null,
            unique (runner_id, system_id))
        """;

    public const string Pipelines = """
        create table pipelines (
            id integer primary key autoincrement,
            project_id integer not null references projects(id) on delete cascade,
            iid integer not null,
            name text,
            ref text not null,
            tag integer not null,
            sha text not null,
            before_sha text not null,
            source text not null,
            status text not null,
            warnings integer not null default 0,
            yaml_errors text,
            failure_reason text,
            protected integer not null,
            stages text not null,
            user_id integer not null,
            commit_title text not null,
            commit_author text not null,
            commit_author_email text not null,
            created_at integer not null,
            started_at integer,
            finished_at integer,
            updated_at integer not null,
            duration integer,
            coverage real,
            auto_cancel_on_new_commit text not null,
            auto_cancel_on_job_failure text not null,
            auto_canceled_by_id integer,
            upstream_job_id integer,
            upstream_pipeline_id integer,
            unique (project_id, iid));
        create index pipelines_of_project on pipelines(project_id, id);
        create index pipelines_of_ref on pipelines(project_id, ref, id);
        create index pipelines_of_upstream on pipelines(upstream_pipeline_id) where upstream_pipeline_id is not null;
        create table pipeline_facts (
            pipeline_id integer primary key references pipelines(id) on delete cascade,
            body text not null);
        create table jobs (
            id integer primary key autoincrement,
            project_id integer not null,
            pipeline_id integer not null references pipelines(id) on delete cascade,
            kind text not null,
            name text not null,
            stage text not null,
            stage_index integer not null,
            status text not null,
            failure_reason text,
            exit_code integer,
            allow_failure integer not null,
            "when" text not null,
            start_in integer,
            scheduled_at integer,
            dag integer not null,
            ref text not null,
            tag integer not null,
            protected integer not null,
            tag_list text not null,
            interruptible integer,
            resource_group text,
            environment text,
            manual_confirmation text,
            user_id integer not null,
            runner_id integer,
            machine_id integer,
            timeout integer not null,
            timeout_source text not null,
            assigned_at integer,
            cancel_gracefully integer not null default 0,
            retried integer not null default 0,
            attempt integer not null,
            bridge_strategy text,
            token_hash text unique,
            created_at integer not null,
            queued_at integer,
            started_at integer,
            finished_at integer,
            updated_at integer not null,
            erased_at integer,
            coverage real,
            artifacts_expire_at integer,
            downstream_pipeline_id integer);
        create index jobs_of_pipeline on jobs(pipeline_id, stage_index, id);
        create index jobs_of_project on jobs(project_id, id);
        create index jobs_of_runner on jobs(runner_id, id) where runner_id is not null;
        create index jobs_alive on jobs(status, id)
            where status in ('pending', 'running', 'canceling', 'scheduled', 'waiting_for_resource', 'preparing');
        create table job_definitions (
            job_id integer primary key references jobs(id) on delete cascade,
            body text not null);
        create table job_needs (
            job_id integer not null references jobs(id) on delete cascade,
            position integer not null,
            name text not null,
            artifacts integer not null,
            optional integer not null,
            primary key (job_id, position)) without rowid
        """;

    public const string ResourceGroups = """
        create index jobs_of_resource_group on jobs(project_id, resource_group, status) where resource_group is not null
        """;

    public const string Belongings = """
        create table variables (
            project_id integer not null,
            key text not null,
            environment_scope text not null,
            value text not null,
            type text not null,
            protected integer not null,
            masked integer not null,
            hidden integer not null,
            raw integer not null,
            description text not null,
            primary key (project_id, key, environment_scope)) without rowid;
        create table pipeline_variables (
            pipeline_id integer not null references pipelines(id) on delete cascade,
            position integer not null,
            key text not null,
            value text not null,
            type text not null,
            raw integer not null,
            primary key (pipeline_id, position)) without rowid;
        create table job_variables (
            job_id integer not null references jobs(id) on delete cascade,
            position integer not null,
            key text not null,
            value text not null,
            type text not null,
            raw integer not null,
            primary key (job_id, position)) without rowid;
        create table job_artifacts (
            id integer primary key autoincrement,
            job_id integer not null references jobs(id) on delete cascade,
            project_id integer not null,
            type text not null,
            format text not null,
            file_name text not null,
            size integer not null,
            sha256 text not null,
            created_at integer not null,
            expire_at integer,
            unique (job_id, type));
        create index job_artifacts_expiring on job_artifacts(expire_at) where expire_at is not null;
        create table triggers (
            id integer primary key autoincrement,
            project_id integer not null references projects(id) on delete cascade,
            owner_id integer not null references users(id) on delete cascade,
            description text not null,
            token text not null unique,
            created_at integer not null,
            last_used_at integer)
        """;
}
