using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using Gantry.CommandLine;
using Gantry.Runner.Links;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Gantry.Wrapping;

/// <summary>
/// The official gRPC service <c>ProcessWrapper</c>: unary calls over HTTP/2 without TLS, framed by hand because they are three.
/// </summary>
internal sealed class WrapperService : IAsyncDisposable
{
    /// <summary>Where it listens when nothing else is said.</summary>
    public const string DefaultAddress = "tcp://localhost:7777";

    private const string Prefix = "/gitlab_com.gitlab_runner.runner_wrapper.ProcessWrapper/";
    private const int LongestMessage = 64 * 1024;
    private const int InvalidArgument = 3;
    private const int Unimplemented = 12;

    private readonly WebApplication _app;
    private readonly WrappedProcess _process;

    private WrapperService(WebApplication app, WrappedProcess process)
    {
        (_app, _process) = (app, process);
        app.Run(AnswerAsync);
    }

    /// <exception cref="CommandException">The address is none, or cannot be used.</exception>
    public static async Task<WrapperService> StartAsync(string address, WrappedProcess process, CancellationToken cancellationToken)
    {
        var target = Target(address);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, target));
        builder.Logging.ClearProviders();
        var service = new WrapperService(builder.Build(), process);
        try
        {
            await service._app.StartAsync(cancellationToken);
            return service;
        }
        catch (IOException problem)
        {
            await service.DisposeAsync();
            throw new CommandException($"--grpc-listen {address}: {problem.Message}");
        }
    }

    /// <exception cref="CommandException">The address is none.</exception>
    internal static Uri Target(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var target) && target.Scheme is "tcp" or "unix"
            ? target
            : throw new CommandException($"--grpc-listen {address}: expected tcp://HOST:PORT or unix://PATH");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static void Listen(KestrelServerOptions kestrel, Uri target)
    {
        void Http2(ListenOptions options) => options.Protocols = HttpProtocols.Http2;
        if (target.Scheme == "unix")
        {
            kestrel.ListenUnixSocket(target.AbsolutePath, Http2);
        }
        else if (target.Host is "localhost" or "")
        {
            kestrel.ListenLocalhost(target.Port, Http2);
        }
        else
        {
            kestrel.Listen(IPAddress.TryParse(target.Host.Trim('[', ']'), out var ip) ? ip : Dns.GetHostAddresses(target.Host)[0], target.Port, Http2);
        }
    }

    private async Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        var (status, message) = (0, Array.Empty<byte>());
        try
        {
            var request = await ReadAsync(http.Request.Body, http.RequestAborted);
            message = Call(http.Request.Path.Value ?? "", request);
            status = message is null ? Unimplemented : 0;
        }
        catch (FormatException problem)
        {
            (status, message) = (InvalidArgument, null);
            http.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(problem.Message));
        }

        if (message is not null)
        {
            var frame = new byte[5 + message.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
            message.CopyTo(frame, 5);
            await http.Response.Body.WriteAsync(frame, http.RequestAborted);
        }

        http.Response.AppendTrailer("grpc-status", status.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Null: no such method.</summary>
    private byte[]? Call(string path, byte[] request)
    {
        switch (path)
        {
            case Prefix + "CheckStatus":
                break;
            case Prefix + "InitGracefulShutdown":
                _process.Quit(CallbackOf(request));
                break;
            case Prefix + "InitForcefulShutdown":
                _process.Terminate();
                break;
            default:
                return null;
        }

        return ProtobufReader.Answer(_process.State, _process.FailureReason);
    }

    // One frame: a flag for compression, four bytes of length, the message.
    private static async Task<byte[]> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var head = new byte[5];
        await body.ReadExactlyAsync(head, cancellationToken);
        var length = BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1));
        if (head[0] != 0 || length is < 0 or > LongestMessage)
        {
            throw new FormatException("the message is compressed or too long");
        }

        var message = new byte[length];
        await body.ReadExactlyAsync(message, cancellationToken);
        return message;
    }

    private static Callback? CallbackOf(byte[] request)
    {
        var (url, method, headers) = ("", "", new Dictionary<string, string>());
        var outer = new ProtobufReader(request);
        while (outer.Next(out var field, out var content))
        {
            if (field != 1)
            {
                continue;
            }

            var inner = new ProtobufReader(content);
            while (inner.Next(out var name, out var value))
            {
                switch (name)
                {
                    case 1:
                        url = Encoding.UTF8.GetString(value);
                        break;
                    case 2:
                        method = Encoding.UTF8.GetString(value);
                        break;
                    case 3:
                        var (key, text) = Pair(value);
                        headers[key] = text;
                        break;
                    default:
                        break;
                }
            }
        }

        return url.Length == 0 ? null
            : Uri.TryCreate(url, UriKind.Absolute, out var address) ? new Callback(address, method, headers)
            : throw new FormatException("the callback's url is none");
    }

    private static (string Key, string Value) Pair(ReadOnlySpan<byte> entry)
    {
        var (key, value) = ("", "");
        var reader = new ProtobufReader(entry);
        while (reader.Next(out var field, out var content))
        {
            (key, value) = field == 1 ? (Encoding.UTF8.GetString(content), value) : (key, Encoding.UTF8.GetString(content));
        }

        return (key, value);
    }
}
