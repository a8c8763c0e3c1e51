using Stillpoint.Fabric.Hosting;
using Stillpoint.Model;

// Plays the host of Azure's own agent for the guests of this machine: options -> state held -> commands by the socket -> guests (Hosting/FabricHost.cs).
if (args is ["--version"])
{
    Console.Out.WriteLine(FabricHost.Version);
    return 0;
}
try
{
    var options = FabricOptions.Parse(args);
    await using var host = await FabricHost.StartAsync(options, TimeProvider.System, CancellationToken.None);
    Console.Out.WriteLine($"stillpoint-fabricd {FabricHost.Version} listens at {string.Join(", ", host.Addresses)}");
    await host.WaitForStopAsync();
    return 0;
}
catch (FailureException e)
{
    // Without languages: only the service and its log see this.
    Console.Error.WriteLine(e.Failure);
    return e.Failure.Code == FailureCode.UsageArgumentUnwanted ? 2 : 1;
}
