using Stillpoint.Cli;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Workers;
using Stillpoint.Engine.Warden;
using Stillpoint.Hypervisor;

// The warden must stand before a guest is frozen: nothing else is built for it.
if (args is ["warden", ..])
    return await WardenProgram.RunAsync(args[1..], async (uri, ct) => await LibvirtHost.ConnectAsync(uri, TimeProvider.System, ct), TimeProvider.System);

if (args is [WorkerCommand.Verb])
    return await WorkerProgram.RunAsync(async (uri, ct) => await LibvirtHost.ConnectAsync(uri, TimeProvider.System, ct), TimeProvider.System);

var world = CliWorld.Real(TimeProvider.System);
using var interruption = new Interruption(() => Interrupted.Tell(args, world), world.Second);
return await CliProgram.RunAsync(args, world, interruption.Token);
