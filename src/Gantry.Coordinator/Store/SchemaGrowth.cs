namespace Gantry.Coordinator.Store;

/// <summary>What was added to the tables of <see cref="Schema"/>, in the order of its adding.</summary>
internal static class SchemaGrowth
{
    public const string Reports = """
        create table job_dotenv (
            job_id integer not null references jobs(id) on delete cascade,
            position integer not null,
            key text not null,
            value text not null,
            primary key (job_id, position)) without rowid;
        create table job_tests (
            job_id integer primary key references jobs(id) on delete cascade,
            body text not null)
        """;

    public const string Service = """
        alter table users add column blocked integer not null default 0;
        alter table users add column session_stamp integer not null default 0;
        alter table projects add column keep_latest_artifacts integer not null default 1;
        alter table protected_refs add column run_level integer not null default 40;
        alter table protected_refs add column force_push integer not null default 0;
        create table password_links (
            token_hash text primary key,
            user_id integer not null references users(id) on delete cascade,
            expires_at integer not null);
        create table schedules (
            id integer primary key autoincrement,
            project_id integer not null references projects(id) on delete cascade,
            owner_id integer not null references users(id) on delete cascade,
            description text not null,
            ref text not null,
            cron text not null,
            time_zone text not null,
            active integer not null,
            next_run_at integer,
            last_pipeline_id integer,
            created_at integer not null,
            updated_at integer not null);
        create index schedules_due on schedules(next_run_at) where active = 1;
        create table schedule_variables (
            schedule_id integer not null references schedules(id) on delete cascade,
            position integer not null,
            key text not null,
            value text not null,
            type text not null,
            raw integer not null,
            primary key (schedule_id, position)) without rowid
        """;

    public const string Places = """
        create table environments (
            id integer primary key autoincrement,
            project_id integer not null references projects(id) on delete cascade,
            name text not null,
            slug text not null,
            external_url text,
            tier text not null,
            state text not null,
            last_job_id integer,
            created_at integer not null,
            updated_at integer not null,
            unique (project_id, name));
        create table resource_groups (
            id integer primary key autoincrement,
            project_id integer not null references projects(id) on delete cascade,
            key text not null,
            process_mode text not null,
            created_at integer not null,
            updated_at integer not null,
            unique (project_id, key));
        create table caches (
            id integer primary key autoincrement,
            project_id integer not null references projects(id) on delete cascade,
            key text not null,
            size integer not null,
            sha256 text not null,
            used_at integer not null,
            unique (project_id, key))
        """;

    public const string Terminals = """
        create table job_terminals (
            job_id integer primary key references jobs(id) on delete cascade,
            url text not null,
            certificate text not null,
            authorization text not null)
        """;
}
