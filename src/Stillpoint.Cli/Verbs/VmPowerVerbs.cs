using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Hypervisor;

namespace Stillpoint.Cli.Verbs;

/// <summary>A VM shut down from inside looks the same to libvirt; from here nobody has to sign in to it.</summary>
internal static class VmPowerVerbs
{
    public static Task<int> StartAsync(Invocation call, CancellationToken ct) => RunAsync(call, static (vm, token) => vm.StartAsync(token), "vm.started", ct);

    public static async Task<int> ShutdownAsync(Invocation call, CancellationToken ct)
    {
        call.Confirm(call.Texts.Of("prompt.shutdown", ("vm", call.Line.Argument!)));
        return await RunAsync(call, static (vm, token) => vm.ShutdownAsync(token), "vm.shutting-down", ct);
    }

    private static async Task<int> RunAsync(Invocation call, Func<IDomain, CancellationToken, Task> act, string said, CancellationToken ct)
    {
        var host = await call.ConnectAsync(ct);
        var domain = await host.FindDomainAsync(call.Line.Argument!, ct);
        await act(domain, ct);
        var state = await domain.GetStateAsync(ct);
        call.Show(
            () => new(domain.Name, domain.Id.ToString(), Model.KebabCase.ToText(state.Power)), JsonDocuments.Shapes.VmPowerJson,
            () => call.Say(call.Texts.Of(said, ("vm", domain.Name))));
        return ExitCode.Done;
    }
}
