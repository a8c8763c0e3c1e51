using System.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Stillpoint.Fabric.Callers;
using Stillpoint.Fabric.Commands;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Packages;
using Stillpoint.Fabric.Reports;
using Stillpoint.Fabric.Snapshots;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Hosting;

/// <summary>
/// The running program: commands first, guests after them, so that nobody who asks finds it half there. The two sides share what they work on, and
/// no way leads from one to the other.
/// </summary>
internal sealed class FabricHost : IAsyncDisposable
{
    private readonly StateFolder _folder;
    private readonly WebApplication _commands, _guests;
    private readonly WebApplication? _snapshots;

    private FabricHost(StateFolder folder, WebApplication commands, WebApplication guests, WebApplication? snapshots) =>
        (_folder, _commands, _guests, _snapshots) = (folder, commands, guests, snapshots);

    public static string Version { get; } = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    /// <summary>Where guests reach it, as bound.</summary>
    public IEnumerable<string> Addresses => _guests.Urls.Concat(_snapshots?.Urls ?? []);

    /// <exception cref="FailureException">DataFolderUnusable, AddressUnusable.</exception>
    public static async Task<FabricHost> StartAsync(FabricOptions options, TimeProvider clock, CancellationToken ct)
    {
        var folder = new StateFolder(options.State);
        WebApplication? commands = null, guests = null, snapshots = null;
        try
        {
            var goals = new GoalStore(folder, clock);
            var parts = new Parts(goals, goals, new(folder), new(clock), new(clock), new(options.Snapshot, clock));
            commands = Commands(options, parts, clock);
            guests = GuestApp.Build(options, parts);
            snapshots = options.Snapshot is null ? null : GuestApp.BuildSnapshots(options.Snapshot, parts, clock);
            await ListenAsync(commands, options.Socket, ct);
            File.SetUnixFileMode(options.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await ListenAsync(guests, string.Join(", ", options.Listen), ct);
            if (snapshots is not null) await ListenAsync(snapshots, $"{options.Snapshot}", ct);
            return new(folder, commands, guests, snapshots);
        }
        catch
        {
            if (snapshots is not null) await snapshots.DisposeAsync();
            if (guests is not null) await guests.DisposeAsync();
            if (commands is not null) await commands.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Until SIGTERM or Ctrl-C.</summary>
    public Task WaitForStopAsync() => _guests.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        if (_snapshots is not null)
        {
            await _snapshots.StopAsync();
            await _snapshots.DisposeAsync();
        }
        await _guests.StopAsync();
        await _guests.DisposeAsync();
        await _commands.StopAsync();
        await _commands.DisposeAsync();
        _folder.Dispose();
    }

    internal static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "stillpoint-fabricd", ContentRootPath = AppContext.BaseDirectory });
        // Told by its arguments alone: what else lies in folders and environment is not asked.
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddJsonConsole(o => o.UseUtcTimestamp = true);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(5));
        return builder;
    }

    private static WebApplication Commands(FabricOptions options, Parts parts, TimeProvider clock)
    {
        // The folder is held: a socket that lies there is what a killed process left.
        File.Delete(options.Socket);
        var builder = Builder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Packages have a bound of their own.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.ListenUnixSocket(options.Socket, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        app.Use(CommandFailures.Answer);
        app.UseRouting();
        new CommandEndpoints(parts.Goals, parts.Packages, parts.Contacts, parts.Strangers, parts.Snapshots, Version).Map(app);
        new SnapshotCommands(parts.Snapshots, clock).Map(app);
        return app;
    }

    private static async Task ListenAsync(WebApplication app, string address, CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new FailureException(Failure.Of(FailureCode.AddressUnusable, Stage.Input, ("address", address)).With(new(address, e.Message)), e);
        }
    }
}
