using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;

namespace Stillpoint.Cli.Verbs;

internal static class ProtectVerbs
{
    public static async Task<int> ProtectAsync(Invocation call, CancellationToken ct)
    {
        var policy = call.Line.Value("policy") ?? throw call.Line.ChooseOne("policy");
        call.Control.Policies.Find(policy);
        var host = await call.ConnectAsync(ct);
        var vm = await call.Control.ProtectAsync(host, call.Line.Argument!, policy, ct);
        call.Show(
            () => new(vm.Name, vm.Id.ToString(), vm.Host, vm.Policy), JsonDocuments.Shapes.VmProtectedJson,
            () => call.Say(call.Texts.Of("vm.protected", ("vm", vm.Name), ("policy", vm.Policy))));
        return ExitCode.Done;
    }

    public static Task<int> UnprotectAsync(Invocation call, CancellationToken ct)
    {
        var vm = call.Control.Protection.Find(call.Line.Argument!);
        call.Confirm(call.Texts.Of("prompt.unprotect", ("vm", vm.Name)));
        call.Control.Protection.Unprotect(vm.Id);
        call.Show(
            () => new(vm.Name, vm.Id.ToString(), vm.Host, null), JsonDocuments.Shapes.VmProtectedJson,
            () => call.Say(call.Texts.Of("vm.unprotected", ("vm", vm.Name))));
        return Task.FromResult(ExitCode.Done);
    }
}
