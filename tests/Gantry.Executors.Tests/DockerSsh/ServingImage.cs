using Gantry.Executors.Tests.Docker;
using Gantry.Executors.Tests.Ssh;
using Gantry.Protocol.Jobs;

namespace Gantry.Executors.Tests.DockerSsh;

/// <summary>An image that runs the ssh server of this computer, whose programs it gets to see.</summary>
internal static class ServingImage
{
    public static DockerBench Bench(LiveSsh keys)
    {
        File.WriteAllText(keys.In("container_config"), """
            Port 22
            HostKey /keys/host
            PidFile none
            AuthorizedKeysFile /keys/authorized_keys
            PasswordAuthentication no
            PermitRootLogin yes
            StrictModes no
            UsePAM no

            """);
        var docker = new DockerBench();
        docker.Settings = docker.Settings with { Volumes = ["/usr:/usr:ro", "/lib:/lib:ro", "/lib64:/lib64:ro", $"{keys.In("")}:/keys:ro"] };
        docker.Payload = docker.Payload with
        {
            Image = new JobImage
            {
                Name = LiveEngine.Busybox,
                Entrypoint = ["sh", "-c", "echo sshd:x:100:65534::/run/sshd:/bin/false >> /etc/passwd; mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e -f /keys/container_config"],
            },
        };
        return docker;
    }
}
