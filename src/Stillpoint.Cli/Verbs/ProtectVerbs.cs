using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Control.Catalog;

namespace Stillpoint.Cli.Verbs;

internal static class ProtectVerbs
{
    public static async Task<int> ProtectAsync(Invocation call, CancellationToken ct)
    {
        var policy = call.Line.Value("policy") ?? throw call.Line.ChooseOne("policy");
        var asked = call.Line.Argument!;
        var vm = await call.AskAsync(Concern.Host, async c =>
        {
            c.Policies.Find(policy);
            return ToJson(await c.ProtectAsync(await call.ConnectAsync(ct), asked, policy, ct));
        }, async s => ToJson(await s.Plan.ProtectAsync(asked, new(policy), ct)), ct);
        call.Show(() => vm, JsonDocuments.Shapes.VmProtectedJson, () => call.Say(call.Texts.Of("vm.protected", ("vm", vm.Vm), ("policy", policy))));
        await call.TellNobodyStartsAsync(ct);
        return ExitCode.Done;
    }

    public static async Task<int> UnprotectAsync(Invocation call, CancellationToken ct)
    {
        var asked = call.Line.Argument!;
        var vm = await call.AskAsync(c => ToJson(c.Protection.Find(asked)), async s => ToJson(await s.Plan.ProtectionAsync(asked, ct)), ct);
        call.Confirm(call.Texts.Of("prompt.unprotect", ("vm", vm.Vm)));
        await call.AskAsync(
            c =>
            {
                c.Protection.Unprotect(Received.VmOf(vm.VmId));
                return vm;
            },
            async s =>
            {
                await s.Plan.UnprotectAsync(vm.VmId, vm.Vm, ct);
                return vm;
            }, ct);
        call.Show(() => vm with { Policy = null }, JsonDocuments.Shapes.VmProtectedJson, () => call.Say(call.Texts.Of("vm.unprotected", ("vm", vm.Vm))));
        return ExitCode.Done;
    }

    private static VmProtectedJson ToJson(ProtectedVm v) => new(v.Name, v.Id.ToString(), v.Host, v.Policy);

    private static VmProtectedJson ToJson(ProtectionView v) => new(v.Vm, v.VmId, v.Host, v.Policy);
}
