using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Fabric.Tests.Agent;

/// <summary>The service as it runs, beside guests that run the distribution's own agent, in namespaces.</summary>
internal sealed class AgentLab : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<LabProcess> _guests = [];
    private readonly string _agent;
    private LabProcess _host = null!;

    private AgentLab(string agent)
    {
        _agent = agent;
        Client = new(_folder["sock"]);
    }

    public FabricClient Client { get; }

    /// <summary>Skips where the agent cannot be run.</summary>
    public static async Task<AgentLab> StartAsync()
    {
        Needs.Root();
        Needs.Programs("ip", "unshare", "nsenter", "setpriv", "openssl", "apt-get", "dpkg-deb");
        Assert.SkipUnless((await Tool.RunAsync("/usr/bin/python3", "-c", "import distro, pkg_resources")).ExitCode == 0, "needs python3-distro, python3-pkg-resources");
        var unpacked = await Tool.RunAsync(Repository.PathOf("eng", "waagent"));
        Assert.SkipUnless(unpacked.ExitCode == 0, $"Debian's waagent cannot be had: {unpacked.Error}");

        var lab = new AgentLab(unpacked.Out.Trim());
        var program = Path.Combine(AppContext.BaseDirectory, "stillpoint-fabricd");
        lab._host = await LabProcess.StartAsync("host", program, lab._folder["state"], lab._folder["sock"]);
        await lab.StartServiceAsync();
        return lab;
    }

    public async Task StartServiceAsync()
    {
        await _host.TellAsync("start");
        await Eventually.IsAsync("the service answers", async () =>
        {
            try
            {
                await Client.GetAsync(CancellationToken.None);
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
    }

    public Task StopServiceAsync() => _host.TellAsync("stop");

    /// <summary>A guest with an address, its agent not started.</summary>
    public async Task<LabGuest> AddGuestAsync(int number)
    {
        var root = _folder[$"guest{number}"];
        var process = await LabProcess.StartAsync("guest", $"{number}", $"{_host.Pid}", root, _agent);
        _guests.Add(process);
        return new(process, new VmId(Guid.Parse($"5717a900-0000-4000-8000-{number:D12}")), $"10.77.{number}.2", root, Client);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var guest in _guests) await guest.DisposeAsync();
        await _host.DisposeAsync();
        Client.Dispose();
        _folder.Dispose();
    }
}

/// <summary>A guest: its agent is told by lines, its files are below <see cref="Root"/>.</summary>
internal sealed record LabGuest(LabProcess Process, VmId Vm, string Address, string Root, FabricClient Client)
{
    public Task StartAgentAsync() => Process.TellAsync("start");

    public async Task RestartAgentAsync()
    {
        await Process.TellAsync("stop");
        await Process.TellAsync("start");
    }

    public string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>What the handler was called with, a line for each call.</summary>
    public string[] Calls => File.Exists(PathOf(TestHandler.Calls)) ? File.ReadAllLines(PathOf(TestHandler.Calls)) : [];

    public Task<GoalView> TellAsync(ExtensionRequest extension) => Client.PutGoalAsync(Vm, new($"vm-{Address}", [Address], extension), CancellationToken.None);

    /// <summary>Waits until the agent has reported that it is done with a goal, and what is asked of its report is so.</summary>
    public async Task<Contact> ReportsAsync(string what, GoalView goal, Func<ReportedStatus, bool> holds)
    {
        Contact? contact = null;
        try
        {
            await Eventually.IsAsync(what, async () =>
            {
                contact = (await Client.GetVmAsync(Vm, CancellationToken.None)).Contact;
                return contact?.Status?.Value is { } status && status.Incarnation == $"{goal.Incarnation}" && holds(status);
            });
            return contact!;
        }
        catch (TimeoutException e)
        {
            var log = PathOf("var/log/waagent.log");
            throw new TimeoutException($"{e.Message}\n{(File.Exists(log) ? File.ReadAllText(log) : "no log")}\n{contact}", e);
        }
    }
}
