using System.Reflection;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Stillpoint.Fabric.Callers;
using Stillpoint.Fabric.Commands;
using Stillpoint.Fabric.Goals;
using Stillpoint.Fabric.Packages;
using Stillpoint.Fabric.Reports;
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

    private FabricHost(StateFolder folder, WebApplication commands, WebApplication guests) => (_folder, _commands, _guests) = (folder, commands, guests);

    public static string Version { get; } = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);

    /// <summary>Where guests reach it, as bound.</summary>
    public IEnumerable<string> Addresses => _guests.Urls;

    /// <exception cref="FailureException">DataFolderUnusable, AddressUnusable.</exception>
    public static async Task<FabricHost> StartAsync(FabricOptions options, TimeProvider clock, CancellationToken ct)
    {
        var folder = new StateFolder(options.State);
        WebApplication? commands = null, guests = null;
        try
        {
            var goals = new GoalStore(folder, clock);
            var parts = new Parts(goals, goals, new(folder), new(clock), new(clock));
            commands = Commands(options, parts);
            guests = GuestApp.Build(options, parts);
            await ListenAsync(commands, options.Socket, ct);
            File.SetUnixFileMode(options.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await ListenAsync(guests, string.Join(", ", options.Listen), ct);
            return new(folder, commands, guests);
        }
        catch
        {
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

    private static WebApplication Commands(FabricOptions options, Parts parts)
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
        new CommandEndpoints(parts.Goals, parts.Packages, parts.Contacts, parts.Strangers, Version).Map(app);
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
