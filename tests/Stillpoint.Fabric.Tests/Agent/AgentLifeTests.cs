using System.Text.Json;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Fabric.Tests.Agent;

/// <summary>Debian's `waagent`, as the package has it, against the service as it runs.</summary>
[Trait("Needs", Needs.Tools)]
public sealed class AgentLifeTests
{
    [Fact]
    public async Task Agent_OfTheDistribution_InstallsEnablesReportsAndUninstalls()
    {
        var machine = await MachineAsync();
        await using (var lab = await AgentLab.StartAsync())
        {
            await lab.Client.PublishAsync(TestHandler.Name, "1.0.0", TestHandler.Package(), CancellationToken.None);
            var guest = await lab.AddGuestAsync(1);

            // The first goal: found, certificates opened, package fetched, installed, enabled, settings read, status told.
            var first = await guest.TellAsync(Extension("one", "s3cret <&> één"));
            await guest.StartAgentAsync();
            var contact = await guest.ReportsAsync("the first goal is enabled", first, status => Enabled(status, first.Sequence, "task one"));
            Assert.Equal(["install " + first.Sequence, "enable " + first.Sequence], guest.Calls);
            Assert.Equal(Secret("s3cret <&> één"), await SecretOf(guest));
            Assert.Equal("Ready", contact.Status!.Value.AgentStatus);
            Assert.Equal("2.7.3.0", contact.Status.Value.AgentVersion);
            Assert.Equal("guest1", contact.Status.Value.System!.Computer);
            Assert.Equal("Ready", contact.Health!.Value.State);
            Assert.NotNull(contact.LastPoll);
            Assert.Equal(0, contact.Unreadable);

            // Other settings: the same handler enabled, not installed.
            var second = await guest.TellAsync(Extension("two", "another"));
            await guest.ReportsAsync("the second goal is enabled", second, status => Enabled(status, second.Sequence, "task two"));
            Assert.Equal(["install " + first.Sequence, "enable " + first.Sequence, "enable " + second.Sequence], guest.Calls);
            Assert.Equal(Secret("another"), await SecretOf(guest));

            // The agent anew, with a new transport key: the same goal, opened again.
            File.Delete(guest.PathOf(TestHandler.Secret));
            await guest.RestartAgentAsync();
            await Eventually.IsAsync("the handler is enabled again after the agent's restart", () => guest.Calls.Length == 4);
            Assert.Equal("enable " + second.Sequence, guest.Calls[3]);
            await Eventually.IsAsync("the settings are read again", async () => File.Exists(guest.PathOf(TestHandler.Secret)) && await SecretOf(guest) == Secret("another"));

            // The service away and back: what the VM was told is still what it is told.
            await lab.StopServiceAsync();
            await lab.StartServiceAsync();
            Assert.Equal(JsonSerializer.Serialize(second), JsonSerializer.Serialize((await lab.Client.GetVmAsync(guest.Vm, CancellationToken.None)).Goal));
            var third = await guest.TellAsync(Extension("three", "third"));
            await guest.ReportsAsync("the third goal is enabled", third, status => Enabled(status, third.Sequence, "task three"));
            Assert.Equal(Secret("third"), await SecretOf(guest));

            // Gone, by its own uninstall; and there again.
            var before = guest.Calls.Length;
            var gone = await guest.TellAsync(Extension("three", "third") with { State = ExtensionState.Uninstall });
            await guest.ReportsAsync("the handler is uninstalled", gone, status => status.Handlers.Count == 0);
            Assert.Equal(["disable " + third.Sequence, "uninstall " + third.Sequence], guest.Calls[before..]);
            Assert.False(Directory.Exists(guest.PathOf($"var/lib/waagent/{TestHandler.Name}-1.0.0")));
            var again = await guest.TellAsync(Extension("three", "third"));
            await guest.ReportsAsync("the handler is there again", again, status => Enabled(status, third.Sequence, "task three"));
            Assert.Equal(["install " + third.Sequence, "enable " + third.Sequence], guest.Calls[(before + 2)..]);

            await Eventually.IsAsync("the agent has told of the handler's enabling", async () =>
                (await lab.Client.GetVmAsync(guest.Vm, CancellationToken.None)).Contact!.Events.Any(e => e.Value is { Name: TestHandler.Name, Operation: "Enable", Success: true }));
            Assert.Empty((await lab.Client.GetAsync(CancellationToken.None)).Strangers);
        }
        Assert.Equal(machine, await MachineAsync());
    }

    [Fact]
    public async Task TwoGuests_BesideEachOther_GetTheirOwnAndAStrangerNothing()
    {
        await using var lab = await AgentLab.StartAsync();
        await lab.Client.PublishAsync(TestHandler.Name, "1.0.0", TestHandler.Package(), CancellationToken.None);
        var guests = new[] { await lab.AddGuestAsync(1), await lab.AddGuestAsync(2) };
        var stranger = await lab.AddGuestAsync(3);
        await stranger.StartAgentAsync();
        var goals = new List<GoalView>();
        foreach (var guest in guests)
        {
            goals.Add(await guest.TellAsync(Extension(guest.Address, "of " + guest.Address)));
            await guest.StartAgentAsync();
        }
        foreach (var (guest, goal) in guests.Zip(goals))
        {
            await guest.ReportsAsync("each guest is enabled", goal, status => Enabled(status, goal.Sequence, $"task {guest.Address}"));
            Assert.Equal(Secret("of " + guest.Address), await SecretOf(guest));
        }
        Assert.NotEqual(goals[0].Thumbprint, goals[1].Thumbprint);
        await Eventually.IsAsync("the stranger has asked", async () => (await lab.Client.GetAsync(CancellationToken.None)).Strangers.Any(s => s.Address == stranger.Address));
        Assert.Empty(Directory.EnumerateFiles(stranger.PathOf("var/lib/waagent"), "*.prv"));
    }

    /// <summary>Long enough that the agent's worker gives up, which its daemon answers by starting another: about a minute.</summary>
    [Fact(Explicit = true)]
    public async Task Service_AwayUntilTheAgentsWorkerFailed_IsFoundAgainByTheNextOne()
    {
        await using var lab = await AgentLab.StartAsync();
        await lab.Client.PublishAsync(TestHandler.Name, "1.0.0", TestHandler.Package(), CancellationToken.None);
        var guest = await lab.AddGuestAsync(1);
        var first = await guest.TellAsync(Extension("one", "a"));
        await guest.StartAgentAsync();
        await guest.ReportsAsync("the first goal is enabled", first, status => Enabled(status, first.Sequence, "task one"));
        await lab.StopServiceAsync();
        await Eventually.IsAsync("the agent's worker has failed", () => File.ReadAllText(guest.PathOf("var/log/waagent.log")).Contains("returned code: 1", StringComparison.Ordinal));
        await lab.StartServiceAsync();
        await guest.ReportsAsync("the same goal is reported again", first, status => Enabled(status, first.Sequence, "task one"));
        var second = await guest.TellAsync(Extension("two", "b"));
        await guest.ReportsAsync("the second goal is enabled", second, status => Enabled(status, second.Sequence, "task two"));
        Assert.All(guest.Calls[1..], call => Assert.StartsWith("enable ", call, StringComparison.Ordinal));
    }

    private static ExtensionRequest Extension(string task, string secret) => new(
        TestHandler.Name, "1.0.0", ExtensionState.Enabled, Json($$"""{"task":"{{task}}"}"""), Json(Secret(secret)));

    private static string Secret(string secret) => JsonSerializer.Serialize(new Dictionary<string, string> { ["token"] = secret });

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static Task<string> SecretOf(LabGuest guest) => File.ReadAllTextAsync(guest.PathOf(TestHandler.Secret));

    private static bool Enabled(ReportedStatus status, long sequence, string message) =>
        status.Handlers is [{ Name: TestHandler.Name, Version: "1.0.0", Status: "Ready", Extension: { Status: "success", Code: 1 } extension }]
        && extension.Sequence == sequence && extension.Message == message;

    /// <summary>What of this machine an agent might change: none of it may.</summary>
    private static async Task<string> MachineAsync()
    {
        var network = new[] { "-o address show", "route show table all", "rule show" };
        var seen = new List<string> { Environment.MachineName };
        foreach (var call in network) seen.Add(string.Join('\n', (await Tool.RunAsync("ip", call.Split(' '))).Out.Split('\n').Select(line => line.Split("valid_lft")[0])));
        foreach (var path in new[] { "/etc/waagent.conf", "/var/lib/waagent", "/var/log/waagent.log", "/var/log/azure", "/run/waagent.pid", "/etc/hostname" })
            seen.Add($"{path}: {Path.Exists(path)} {(Path.Exists(path) ? File.GetLastWriteTimeUtc(path) : default):O}");
        return string.Join('\n', seen);
    }
}
