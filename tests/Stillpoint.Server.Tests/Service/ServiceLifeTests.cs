using System.Net;
using System.Net.Sockets;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Model;
using Stillpoint.Server.Hosting;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Service;

/// <summary>Starting, holding the data folder, stopping.</summary>
public sealed class ServiceLifeTests
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite, OwnFolder = OwnFile | UnixFileMode.UserExecute;

    [Fact]
    public async Task Start_TheFirst_MakesCertificateAndSocketForItsOwnerAlone()
    {
        await using var host = await ServiceHost.StartBareAsync();
        Assert.Equal(OwnFolder, File.GetUnixFileMode(host.Data.Service));
        foreach (var file in new[] { "certificate.pem", "certificate.key", "stillpointd.sock" })
            Assert.Equal(OwnFile, File.GetUnixFileMode(Path.Combine(host.Data.Service, file)));
        Assert.Contains(host.Server.Fingerprint, host.Out.ToString(), StringComparison.Ordinal);
        Assert.Contains(host.Server.SetUpToken!, host.Out.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TheSecond_KeepsTheCertificateUntilItIsOld()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var first = host.Server.Fingerprint;
        await host.RestartAsync();
        Assert.Equal(first, host.Server.Fingerprint);
        host.Clock.Advance(TimeSpan.FromDays(1800));
        await host.RestartAsync();
        Assert.NotEqual(first, host.Server.Fingerprint);
    }

    [Fact]
    public async Task Folder_HeldByTheService_RefusesCommandsAndOtherServices()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var command = Assert.Throws<FailureException>(() => StillpointControl.Open(host.Data, host.Engine, TimeProvider.System)).Failure;
        Assert.Equal((FailureCode.DataFolderHeld, $"{Environment.ProcessId}", host.Data.Path), (command.Code, command.Arguments["pid"], command.Arguments["path"]));
        var service = await Assert.ThrowsAsync<FailureException>(() => StillpointServer.StartAsync(host.Parts(), CancellationToken.None));
        Assert.Equal(FailureCode.DataFolderHeld, service.Failure.Code);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await host.Browser().GetAsync("/health/live")).StatusCode);
    }

    [Fact]
    public async Task Folder_HeldByCommands_RefusesTheServiceUntilTheyEnd()
    {
        await using var host = await ServiceHost.StartBareAsync();
        await host.Server.DisposeAsync();
        using (StillpointControl.Open(host.Data, host.Engine, TimeProvider.System))
        using (StillpointControl.Open(host.Data, host.Engine, TimeProvider.System))
        {
            var e = await Assert.ThrowsAsync<FailureException>(() => StillpointServer.StartAsync(host.Parts(), CancellationToken.None));
            Assert.Equal(FailureCode.DataFolderInUse, e.Failure.Code);
        }
        await host.StartAsync();
    }

    [Fact]
    public async Task Start_WhereSomebodyElseListens_NamesTheAddress()
    {
        await using var host = await ServiceHost.StartBareAsync();
        await host.Server.DisposeAsync();
        using (var other = new TcpListener(IPAddress.Loopback, 0))
        {
            other.Start();
            var taken = (IPEndPoint)other.LocalEndpoint;
            var parts = host.Parts() with { Options = host.Options with { Listen = [taken] } };
            var e = await Assert.ThrowsAsync<FailureException>(() => StillpointServer.StartAsync(parts, CancellationToken.None));
            Assert.Equal((FailureCode.AddressUnusable, taken.ToString()), (e.Failure.Code, e.Failure.Arguments["address"]));
        }
        await host.StartAsync();
    }

    [Fact]
    public async Task Stop_WithAJobRunning_CancelsItAndWaitsForItsEnd()
    {
        await using var host = await ServiceHost.StartAsync();
        var undone = false;
        host.Engine.Capture = async (_, _, ct) =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
            }
            finally
            {
                await Task.Yield();
                undone = true;
            }
            throw new InvalidOperationException();
        };
        var job = (await host.Client(Role.Operator).Jobs.BackUpAsync(new("guest"), CancellationToken.None)).Job;
        await host.Server.DisposeAsync();
        Assert.True(undone);
        using (var control = StillpointControl.Open(host.Data, host.Engine, TimeProvider.System))
            Assert.Equal(JobState.Cancelled, control.Jobs.Find(job).Job.State);
        await host.StartAsync();
    }

    [Fact]
    public async Task Schedule_OfTheService_LooksAfterTheVaultByItself()
    {
        await using var host = await ServiceHost.StartAsync(h => h.Options = h.Options with { Schedule = true });
        var client = host.Client(Role.Admin);
        await TestKit.Eventually.IsAsync("a verification has run", async () => (await client.Jobs.ListAsync(CancellationToken.None, kind: "verify", state: "completed")).Items.Count > 0);
    }

    [Fact]
    public async Task Schedule_WithoutAVault_WaitsForOne()
    {
        await using var host = await ServiceHost.StartBareAsync(h => h.Options = h.Options with { Schedule = true });
        Assert.Equal("live\n", await host.Browser().GetStringAsync("/health/live"));
        await host.RestartAsync();
        Assert.Empty((await host.Client(Role.Admin).Jobs.ListAsync(CancellationToken.None)).Items);
    }

    [Fact]
    public async Task Health_OfTheService_IsForAnybodyAndTellsNothing()
    {
        await using var host = await ServiceHost.StartBareAsync();
        using var http = host.Browser();
        Assert.Equal("live\n", await http.GetStringAsync("/health/live"));
        Assert.Equal("ready\n", await http.GetStringAsync("/health/ready"));
    }

    [Fact]
    public async Task Metrics_AfterABackup_CountIt()
    {
        await using var host = await ServiceHost.StartAsync();
        var client = host.Client(Role.Operator);
        await client.EndOfAsync((await client.Jobs.BackUpAsync(new("guest"), CancellationToken.None)).Job);
        var text = await host.Browser(host.Token(Role.Reader)).GetStringAsync("/metrics");
        Assert.Contains("stillpoint_jobs{kind=\"backup\",state=\"completed\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nstillpoint_newest_point_age_seconds{vm=", text, StringComparison.Ordinal);
        Assert.Matches(@"stillpoint_http_requests_total\{status=""2xx""\} [1-9]", text);
    }
}
