// The program as users run it, but its workers stop at the step that a test names. A program of its own, so that the real one knows no such switch.
using System.Globalization;
using Stillpoint.Cli;
using Stillpoint.Cli.Session;
using Stillpoint.Control;
using Stillpoint.Control.Workers;
using Stillpoint.Engine.Warden;
using Stillpoint.Hypervisor;
using Stillpoint.PausingHost;

static async Task<IHypervisorHost> ConnectAsync(HostUri uri, CancellationToken ct) => await LibvirtHost.ConnectAsync(uri, TimeProvider.System, ct);

var self = Environment.ProcessPath!;
if (args is ["warden", ..]) return await WardenProgram.RunAsync(args[1..], ConnectAsync, TimeProvider.System);
if (args is [WorkerCommand.Verb]) return await WorkerProgram.RunAsync(ConnectAsync, TimeProvider.System, PauseAtStep.FromEnvironment(), new(self, []));

var patience = Environment.GetEnvironmentVariable("STILLPOINT_TEST_VAULT_PATIENCE_MS") is { } text
    ? TimeSpan.FromMilliseconds(int.Parse(text, CultureInfo.InvariantCulture))
    : WorkerLimits.Default.VaultPatience;
var world = CliWorld.Real(TimeProvider.System) with
{
    Engine = new RealEngine(TimeProvider.System, new(self, [WorkerCommand.Verb]), WorkerLimits.Default with { VaultPatience = patience }),
};
using var interruption = new Interruption(() => { });
return await CliProgram.RunAsync(args, world, interruption.Token);
