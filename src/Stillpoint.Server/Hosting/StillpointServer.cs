using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Stillpoint.Control;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Http;
using Stillpoint.Server.Jobs;
using Stillpoint.Server.Points;
using Stillpoint.Server.Vaults;

namespace Stillpoint.Server.Hosting;

/// <summary>
/// The running service. Its order: hold the data folder, clean up after what was interrupted, listen; and at the end: begin nothing more, end the jobs,
/// stop listening, let the folder go.
/// </summary>
internal sealed class StillpointServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;

    private StillpointServer(WebApplication app, X509Certificate2 certificate, string? setUpToken)
    {
        _app = app;
        _certificate = certificate;
        SetUpToken = setUpToken;
    }

    public IServiceProvider Services => _app.Services;

    /// <summary>As bound: a port that was 0 is there as it was chosen.</summary>
    public IEnumerable<string> Addresses => _app.Urls;

    public string Fingerprint => ServiceCertificate.Fingerprint(_certificate);

    /// <summary>Null: there are users.</summary>
    public string? SetUpToken { get; }

    /// <exception cref="FailureException">DataFolderHeld, DataFolderInUse, DataFolderUnusable, CatalogNewer, CertificateUnusable, AddressUnusable.</exception>
    public static async Task<StillpointServer> StartAsync(ServerParts parts, CancellationToken ct)
    {
        var control = StillpointControl.Open(parts.Data, parts.Engine, parts.Clock, FolderUse.Service);
        WebApplication? app = null;
        X509Certificate2? certificate = null;
        try
        {
            var folder = new ServiceFolder(parts.Data);
            (certificate, var made) = ServiceCertificate.Load(parts.Options, folder.Path, parts.Clock);
            app = ServerApp.Build(parts, control, folder, certificate);
            await app.Services.GetRequiredService<Recovery>().AtStartAsync(ct);
            var token = app.Services.GetRequiredService<SetUp>().Begin();
            await ListenAsync(app, parts, folder, ct);
            var server = new StillpointServer(app, certificate, token);
            app.Services.GetRequiredService<KnownPoints>().Begin();
            if (parts.Options.Schedule) app.Services.GetRequiredService<ScheduleLoop>().Start();
            if (made) await parts.Out.WriteLineAsync($"certificate made, SHA-256 fingerprint {server.Fingerprint}");
            if (token is not null) await parts.Out.WriteLineAsync($"no user yet: make the first administrator with this token: {token}");
            return server;
        }
        catch
        {
            if (app is not null) await app.DisposeAsync();
            certificate?.Dispose();
            control.Dispose();
            throw;
        }
    }

    /// <summary>Until SIGTERM or Ctrl-C. Not the host's own way, which would stop listening before the jobs have ended.</summary>
    public async Task WaitForStopAsync()
    {
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var asked = _app.Lifetime.ApplicationStopping.Register(stop.SetResult);
        await stop.Task;
    }

    /// <summary>Jobs first: what they tell on their way out still reaches whoever listens.</summary>
    public async Task StopAsync()
    {
        var services = _app.Services;
        await Task.WhenAll(
            services.GetRequiredService<RunningJobs>().StopAsync(), services.GetRequiredService<ScheduleLoop>().StopAsync(), services.GetRequiredService<DueRuns>().StopAsync());
        _app.Services.GetRequiredService<JobFeed>().Close();
        await _app.StopAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        var control = _app.Services.GetRequiredService<StillpointControl>();
        await _app.Services.GetRequiredService<ServiceVault>().DisposeAsync();
        await _app.DisposeAsync();
        control.Dispose();
        _certificate.Dispose();
    }

    private static async Task ListenAsync(WebApplication app, ServerParts parts, ServiceFolder folder, CancellationToken ct)
    {
        try
        {
            await app.StartAsync(ct);
        }
        catch (IOException e)
        {
            throw new FailureException(Failure.Of(
                FailureCode.AddressUnusable, Stage.Input, ("address", string.Join(", ", parts.Options.Listen))).With(new(folder.Socket, e.Message)), e);
        }
        File.SetUnixFileMode(folder.Socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
