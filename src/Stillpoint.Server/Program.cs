using Stillpoint.Control.Workers;
using Stillpoint.Engine.Warden;
using Stillpoint.Hypervisor;
using Stillpoint.Server.Hosting;

// One program, three processes: the service, a worker for each backup, a warden beside each worker. The last two are started by the first.
var self = Path.Combine(AppContext.BaseDirectory, "stillpointd");

// The warden must stand before a guest is frozen: nothing else is built for it.
if (args is ["warden", ..])
    return await WardenProgram.RunAsync(args[1..], async (uri, ct) => await LibvirtHost.ConnectAsync(uri, TimeProvider.System, ct), TimeProvider.System);

if (args is [WorkerCommand.Verb])
{
    return await WorkerProgram.RunAsync(
        async (uri, ct) => await LibvirtHost.ConnectAsync(uri, TimeProvider.System, ct), TimeProvider.System, warden: new(self, []));
}

// Configuration -> data folder held -> recovery -> TLS and socket -> access -> REST: Hosting/StillpointServer.cs, Hosting/ServerApp.cs.
return await Daemon.RunAsync(args, new(self, [WorkerCommand.Verb]), TimeProvider.System);
