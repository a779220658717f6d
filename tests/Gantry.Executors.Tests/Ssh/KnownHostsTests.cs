using System.Buffers.Binary;
using System.Text;
using Gantry.Executors.Ssh;

namespace Gantry.Executors.Tests.Ssh;

/// <summary>Lines of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT".</summary>
public sealed class KnownHostsTests
{
    private static readonly byte[] Key = Blob("ssh-ed25519", 1);
    private static readonly byte[] Other = Blob("ssh-ed25519", 2);

    [Theory]
    [InlineData("build.example.com", "build.example.com", 22)]
    [InlineData("other,build.example.com", "build.example.com", 22)]
    [InlineData("BUILD.example.com", "build.Example.com", 22)]
    [InlineData("*.example.com", "build.example.com", 22)]
    [InlineData("bu?ld.*", "build.example.com", 22)]
    [InlineData("*a*b*c", "xaxbxxbxc", 22)]
    [InlineData("[build.example.com]:2222", "build.example.com", 2222)]
    [InlineData("*", "build.example.com", 2222)]
    [InlineData("[*.example.com]:2222", "build.example.com", 2222)]
    [InlineData("::1", "::1", 22)]
    public void A_key_is_trusted_for_the_names_of_its_line(string names, string host, int port) =>
        Assert.Equal(new HostKeyVerdict.Trusted(), Judge($"# comment\n\n{names} ssh-ed25519 {Text(Key)} somebody@somewhere\r\n", host, port));

    [Theory]
    [InlineData("build.example.com", "build.example.com", 2222)]
    [InlineData("[build.example.com]:2222", "build.example.com", 22)]
    [InlineData("*.example.com,!build.example.com", "build.example.com", 22)]
    [InlineData("!build.example.com,*", "build.example.com", 22)]
    [InlineData("*.example.com", "example.com", 22)]
    [InlineData("build?", "build", 22)]
    [InlineData("#build.example.com", "build.example.com", 22)]
    [InlineData("@unheard-of build.example.com", "build.example.com", 22)]
    public void A_key_is_unknown_for_all_others(string names, string host, int port) =>
        Assert.Equal(new HostKeyVerdict.Unknown(HasAuthority: false), Judge($"{names} ssh-ed25519 {Text(Key)}\n", host, port));

    [Fact]
    public void Hashed_names_are_found()
    {
        // HMAC-SHA1 of "[build.example.com]:2222".
        var line = $"|1|AAECAwQFBgcICQoLDA0ODxAREhM=|t16Yr5HW2s98/QY+HXEf84wYJfM= ssh-ed25519 {Text(Key)}";

        Assert.Equal(new HostKeyVerdict.Trusted(), Judge(line, "Build.example.com", 2222));
        Assert.Equal(new HostKeyVerdict.Unknown(HasAuthority: false), Judge(line, "build.example.com", 22));
    }

    [Fact]
    public void Another_key_of_the_host_is_a_mismatch_and_the_line_is_named() =>
        Assert.Equal(new HostKeyVerdict.Changed(2), Judge($"a ssh-ed25519 {Text(Key)}\nb ssh-ed25519 {Text(Other)}", "b", 22));

    [Fact]
    public void One_of_several_keys_is_enough() =>
        Assert.Equal(new HostKeyVerdict.Trusted(), Judge($"b ssh-ed25519 {Text(Other)}\nb ssh-ed25519 {Text(Key)}", "b", 22));

    [Fact]
    public void A_revoked_key_is_refused_wherever_else_it_stands() =>
        Assert.Equal(new HostKeyVerdict.Revoked(2), Judge($"b ssh-ed25519 {Text(Key)}\n@revoked * ssh-ed25519 {Text(Key)}", "b", 22));

    [Fact]
    public void A_certificate_authority_is_no_hosts_key() =>
        Assert.Equal(new HostKeyVerdict.Unknown(HasAuthority: true), Judge($"@cert-authority *.example.com ssh-ed25519 {Text(Key)}", "b.example.com", 22));

    [Fact]
    public void Lines_that_cannot_be_read_say_nothing() =>
        Assert.Equal(new HostKeyVerdict.Unknown(HasAuthority: false), Judge($"b\nb ssh-ed25519\nb ssh-ed25519 !!!\n@revoked b ssh-ed25519\n|1|x|y ssh-ed25519 {Text(Key)}", "b", 22));

    [Fact]
    public void The_kinds_of_keys_that_are_known_for_a_host_are_told()
    {
        var known = KnownHosts.Parse($"""
            b ssh-rsa {Text(Blob("ssh-rsa", 3))}
            b ssh-ed25519 {Text(Key)}
            b,c ssh-ed25519 {Text(Other)}
            @revoked b ecdsa-sha2-nistp256 {Text(Other)}
            """);

        Assert.Equal(["ssh-rsa", "ssh-ed25519"], known.KeyTypesOf("b", 22));
        Assert.Empty(known.KeyTypesOf("b", 2222));
    }

    [Fact]
    public void Keys_tell_their_kind_and_have_the_fingerprint_that_ssh_keygen_shows()
    {
        Assert.Equal("ssh-ed25519", KnownHosts.TypeOf(Key));
        Assert.Equal("", KnownHosts.TypeOf([255, 255, 255, 255, 1]));
        // The published host key of github.com.
        var github = Convert.FromBase64String("AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl");
        Assert.Equal("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU", KnownHosts.FingerprintOf(github));
    }

    private static HostKeyVerdict Judge(string file, string host, int port) => KnownHosts.Parse(file).Judge(host, port, Key);

    private static string Text(byte[] key) => Convert.ToBase64String(key);

    private static byte[] Blob(string type, byte content)
    {
        var blob = new byte[4 + type.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(blob, type.Length);
        Encoding.ASCII.GetBytes(type, blob.AsSpan(4));
        blob[^1] = content;
        return blob;
    }
}
