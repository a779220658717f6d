using Gantry.Engine.Shells;

namespace Gantry.Services;

/// <summary>Scripts in <c>/etc/init.d</c>, for machines without systemd: plain sh, a process id file, logs in <c>/var/log</c>.</summary>
internal sealed class SysV : IServiceSystem
{
    // $$ raw text: {{x}} is ours, $x the shell's.
    private const string Body = """
        is_running() { [ -f "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; }

        stop() {
            is_running || { echo "Not running"; return 0; }
            pid=$(cat "$pid_file")
            kill "$pid"
            tries=0
            while kill -0 "$pid" 2>/dev/null; do
                tries=$((tries + 1))
                [ "$tries" -lt 60 ] || { echo "Still running (pid $pid)" >&2; return 1; }
                sleep 1
            done
            rm -f "$pid_file"
            echo "Stopped"
        }

        start() {
            is_running && { echo "Already started"; return 0; }
            cd "$folder" || return 1
            if [ -n "$account" ]; then
                touch "$out" "$err" && chown "$account" "$out" "$err"
                nohup su -s /bin/sh -c 'exec "$0" "$@"' "$account" -- "$@" >>"$out" 2>>"$err" </dev/null &
            else
                nohup "$@" >>"$out" 2>>"$err" </dev/null &
            fi
            echo $! >"$pid_file"
            sleep 1
            is_running || { echo "Failed to start; see $err" >&2; return 1; }
            echo "Started"
        }

        action=$1
        """;

    public string Name => "sysv";

    public UnixFileMode FileMode =>
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public string? FileOf(string service) => "/etc/init.d/" + service;

    public string Text(ServiceDefinition service) => $"""
        #!/bin/sh
        ### BEGIN INIT INFO
        # Provides:          {service.Name}
        # Required-Start:    $local_fs $network $remote_fs
        # Required-Stop:     $local_fs $network $remote_fs
        # Default-Start:     2 3 4 5
        # Default-Stop:      0 1 6
        # Short-Description: GitLab Runner
        # Description:       GitLab Runner
        ### END INIT INFO

        folder={BashQuoting.Exact(service.WorkingFolder)}
        account={BashQuoting.Exact(service.Account)}
        pid_file=/var/run/{service.Name}.pid
        out=/var/log/{service.Name}.log
        err=/var/log/{service.Name}.err
        [ -r {BashQuoting.Exact("/etc/default/" + service.Name)} ] && . {BashQuoting.Exact("/etc/default/" + service.Name)}

        {Body}
        set -- {string.Join(' ', service.Arguments.Prepend(service.Executable).Select(BashQuoting.Exact))}

        case "$action" in
            start) start "$@" ;;
            stop) stop ;;
            restart|force-reload) stop && start "$@" ;;
            reload) is_running && kill -HUP "$(cat "$pid_file")" ;;
            status) if is_running; then echo "Running"; else echo "Stopped"; exit 1; fi ;;
            *) echo "Usage: $0 {"{start|stop|restart|reload|status}"}" >&2; exit 2 ;;
        esac

        """;

    public IReadOnlyList<IReadOnlyList<string>> Commands(ServiceAction action, ServiceDefinition service) => action switch
    {
        // Both words exist in the two families of distributions; the first that is there does the work.
        ServiceAction.Install => [["/bin/sh", "-c", "update-rc.d \"$0\" defaults 2>/dev/null || chkconfig --add \"$0\" 2>/dev/null || true", service.Name]],
        ServiceAction.Uninstall => [["/bin/sh", "-c", "update-rc.d -f \"$0\" remove 2>/dev/null || chkconfig --del \"$0\" 2>/dev/null || true", service.Name]],
        _ => [["/etc/init.d/" + service.Name, action.ToString().ToLowerInvariant()]],
    };

    public ServiceStatus Status(int exitCode, string output) => exitCode == 0 ? ServiceStatus.Running : ServiceStatus.Stopped;
}
