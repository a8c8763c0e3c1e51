using System.Text.Json;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Protection;
using Stillpoint.Model;

namespace Stillpoint.Cli.Verbs;

internal static class PolicyVerbs
{
    public static Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var policies = call.Control.Policies.List();
        call.Show(() => new([.. policies.Select(p => ToJson(p, call))]), JsonDocuments.Shapes.PoliciesJson, () =>
        {
            var texts = call.Texts;
            var vms = call.Control.Protection.List().ToLookup(v => v.Policy);
            var table = new Table(texts.Of("col.policy"), texts.Of("col.schedule"), texts.Of("label.vms"));
            foreach (var (policy, _, _) in policies)
                table.Add(policy.Name, policy.Schedules.Count == 0 ? texts.Of("policy.on-demand") : string.Join("; ", policy.Schedules), $"{vms[policy.Name].Count()}");
            if (policies.Count == 0) call.Say(texts.Of("list.no-policies"));
            else call.World.Out.Write(table);
        });
        return Task.FromResult(ExitCode.Done);
    }

    public static Task<int> ShowAsync(Invocation call, CancellationToken ct) => Shown(call, call.Control.Policies.Find(call.Line.Argument!), null);

    public static Task<int> AddAsync(Invocation call, CancellationToken ct) =>
        Shown(call, call.Control.Policies.Add(PolicyOptions.Apply(new(call.Line.Argument!), call)), "policy.added");

    public static Task<int> ChangeAsync(Invocation call, CancellationToken ct)
    {
        var present = call.Control.Policies.Find(call.Line.Argument!);
        var version = call.Line.Has("if-version") ? call.Line.Count("if-version", 1) : present.Version;
        return Shown(call, call.Control.Policies.Change(PolicyOptions.Apply(present.Policy, call), version), "policy.changed");
    }

    public static Task<int> RemoveAsync(Invocation call, CancellationToken ct)
    {
        var name = call.Line.Argument!;
        call.Control.Policies.Find(name);
        call.Confirm(call.Texts.Of("prompt.remove-policy", ("policy", name)));
        call.Control.Policies.Remove(name);
        call.Show(() => new(name), JsonDocuments.Shapes.RemovedJson, () => call.Say(call.Texts.Of("policy.removed", ("policy", name))));
        return Task.FromResult(ExitCode.Done);
    }

    private static Task<int> Shown(Invocation call, StoredPolicy stored, string? said)
    {
        call.Show(() => ToJson(stored, call), JsonDocuments.Shapes.PolicyJson, () =>
        {
            if (said is not null) call.Say(call.Texts.Of(said, ("policy", stored.Policy.Name), ("version", $"{stored.Version}")));
            else call.Say(PolicyText.Write(stored.Policy));
        });
        return Task.FromResult(ExitCode.Done);
    }

    private static PolicyJson ToJson(StoredPolicy stored, Invocation call) => new(
        stored.Policy.Name, stored.Version, stored.Changed, JsonElement.Parse(PolicyText.Write(stored.Policy)),
        [.. call.Control.Protection.List().Where(v => v.Policy == stored.Policy.Name).Select(v => v.Name)]);
}
