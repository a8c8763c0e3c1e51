using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Stillpoint.Fabric.Callers;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Reports;
using Stillpoint.Fabric.Snapshots;
using Stillpoint.Fabric.Wire;

namespace Stillpoint.Fabric.Hosting;

/// <summary>The side that faces guests: two ports, one question before all others: who is asking.</summary>
internal static class GuestApp
{
    private const long MostBody = 4 << 20;
    private const int MostHeaders = 32 << 10, MostConnections = 8192;
    private static readonly TimeSpan Headers = TimeSpan.FromSeconds(10), Idle = TimeSpan.FromSeconds(10), Grace = TimeSpan.FromSeconds(10);
    private const double LeastBytesPerSecond = 16 << 10;

    public static WebApplication Build(FabricOptions options, Parts parts)
    {
        var builder = FabricHost.Builder();
        builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, options));
        var app = builder.Build();
        var wire = new WireServer(parts.Packages, options.WirePort);
        var plugin = new HostPlugin(wire);
        app.Use(Quietly);
        app.Run(async context =>
        {
            var address = GuestAddresses.Plain(context.Connection.RemoteIpAddress!);
            if (parts.Callers.Find(address) is not { } vm || parts.Goals.Find(vm) is not { } goal)
            {
                parts.Strangers.Add(address);
                await context.Empty(404);
                return;
            }
            var request = new GuestRequest(context, goal, parts.Contacts.Of(vm), address);
            request.Contact.Seen();
            await (context.Connection.LocalPort == options.PluginPort ? plugin.AnswerAsync(request) : wire.AnswerAsync(request));
        });
        return app;
    }

    /// <summary>The snapshot endpoint: an address of its own, where nobody is known by theirs.</summary>
    public static WebApplication BuildSnapshots(System.Net.IPEndPoint at, Parts parts, TimeProvider clock)
    {
        var builder = FabricHost.Builder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Limit(kestrel);
            var limit = new CallerLimit();
            kestrel.Listen(at, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(limit.Hold);
            });
        });
        var app = builder.Build();
        app.Use(Quietly);
        app.Run(new SnapshotEndpoint(parts.Snapshots, clock).AnswerAsync);
        return app;
    }

    /// <summary>What a guest does wrong, or stops doing, is no error of ours: it gets its status, and cannot fill the log.</summary>
    private static async Task Quietly(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await context.Empty(e.StatusCode);
        }
        catch (Exception e) when (e is ConnectionResetException or OperationCanceledException)
        {
            // Nobody is there to be told.
        }
    }

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MostBody;
        kestrel.Limits.MaxRequestHeadersTotalSize = MostHeaders;
        kestrel.Limits.MaxConcurrentConnections = MostConnections;
        kestrel.Limits.RequestHeadersTimeout = Headers;
        kestrel.Limits.KeepAliveTimeout = Idle;
        kestrel.Limits.MinRequestBodyDataRate = new(LeastBytesPerSecond, Grace);
        kestrel.Limits.MinResponseDataRate = new(LeastBytesPerSecond, Grace);
    }

    private static void Listen(KestrelServerOptions kestrel, FabricOptions options)
    {
        Limit(kestrel);
        var limit = new CallerLimit();
        foreach (var address in options.Listen)
            foreach (var port in new[] { options.WirePort, options.PluginPort })
                kestrel.Listen(address, port, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1;
                    listen.Use(limit.Hold);
                });
    }
}

/// <summary>What both sides work on.</summary>
internal sealed record Parts(ICallers Callers, GoalStore Goals, Packages.PackageStore Packages, VmContacts Contacts, Strangers Strangers, SnapshotDesk Snapshots);
