using System.Text.Json;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Protection;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

internal static class PolicyVerbs
{
    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var policies = await call.AskAsync(c => c.Policies.List().Select(p => Of(p, c)).ToList(), async s => [.. (await s.Policies.ListAsync(ct)).Select(Of)], ct);
        call.Show(() => new([.. policies.Select(ToJson)]), JsonDocuments.Shapes.PoliciesJson, () =>
        {
            var texts = call.Texts;
            var table = new Table(texts.Of("col.policy"), texts.Of("col.schedule"), texts.Of("label.vms"));
            foreach (var (stored, vms) in policies)
                table.Add(stored.Policy.Name, stored.Policy.Schedules.Count == 0 ? texts.Of("policy.on-demand") : string.Join("; ", stored.Policy.Schedules), $"{vms.Count}");
            if (policies.Count == 0) call.Say(texts.Of("list.no-policies"));
            else call.World.Out.Write(table);
        });
        return ExitCode.Done;
    }

    public static async Task<int> ShowAsync(Invocation call, CancellationToken ct) => Shown(call, await FindAsync(call, ct), null);

    public static async Task<int> AddAsync(Invocation call, CancellationToken ct)
    {
        var policy = PolicyOptions.Apply(new(call.Line.Argument!), call);
        return Shown(call, await call.AskAsync(c => Of(c.Policies.Add(policy), c), async s => Of(await s.Policies.AddAsync(policy.Name, policy.ToBody(), ct)), ct), "policy.added");
    }

    public static async Task<int> ChangeAsync(Invocation call, CancellationToken ct)
    {
        var (present, _) = await FindAsync(call, ct);
        var version = call.Line.Has("if-version") ? call.Line.Count("if-version", 1) : present.Version;
        var policy = PolicyOptions.Apply(present.Policy, call);
        var changed = await call.AskAsync(
            c => Of(c.Policies.Change(policy, version), c), async s => Of(await s.Policies.ReplaceAsync(policy.Name, policy.ToBody(), version, ct)), ct);
        return Shown(call, changed, "policy.changed");
    }

    public static async Task<int> RemoveAsync(Invocation call, CancellationToken ct)
    {
        var name = (await FindAsync(call, ct)).Stored.Policy.Name;
        call.Confirm(call.Texts.Of("prompt.remove-policy", ("policy", name)));
        await call.AskAsync(
            c =>
            {
                c.Policies.Remove(name);
                return name;
            },
            async s =>
            {
                await s.Policies.RemoveAsync(name, name, ct);
                return name;
            }, ct);
        call.Show(() => new(name), JsonDocuments.Shapes.RemovedJson, () => call.Say(call.Texts.Of("policy.removed", ("policy", name))));
        return ExitCode.Done;
    }

    private static Task<Known> FindAsync(Invocation call, CancellationToken ct)
    {
        var name = call.Line.Argument!;
        return call.AskAsync(c => Of(c.Policies.Find(name), c), async s => Of(await s.Policies.ShowAsync(name, ct)), ct);
    }

    private static int Shown(Invocation call, Known known, string? said)
    {
        call.Show(() => ToJson(known), JsonDocuments.Shapes.PolicyJson, () =>
        {
            var stored = known.Stored;
            if (said is not null) call.Say(call.Texts.Of(said, ("policy", stored.Policy.Name), ("version", $"{stored.Version}")));
            else call.Say(PolicyText.Write(stored.Policy));
        });
        return ExitCode.Done;
    }

    private static Known Of(StoredPolicy stored, StillpointControl control) =>
        new(stored, [.. control.Protection.List().Where(v => v.Policy == stored.Policy.Name).Select(v => v.Name)]);

    private static Known Of(PolicyView view) => new(view.ToPolicy(), view.Vms);

    private static PolicyJson ToJson(Known known) => new(
        known.Stored.Policy.Name, known.Stored.Version, known.Stored.Changed, JsonElement.Parse(PolicyText.Write(known.Stored.Policy)), known.Vms);

    /// <param name="Vms">Names of the VMs under it.</param>
    private sealed record Known(StoredPolicy Stored, IReadOnlyList<string> Vms);
}
