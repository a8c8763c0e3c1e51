using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Control.Protection;

namespace Stillpoint.Cli.Verbs;

/// <summary>Rules put VMs under policies by name, metadata or host, at the next look at each host.</summary>
internal static class RuleVerbs
{
    public static Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var rules = call.Control.Protection.Rules;
        var vms = call.Control.Protection.List().ToLookup(v => v.Rule);
        call.Show(
            () => new([.. rules.Select(r => ToJson(r, vms[r.Name].Count()))]), JsonDocuments.Shapes.RulesJson, () =>
            {
                var texts = call.Texts;
                var table = new Table(texts.Of("col.rule"), texts.Of("col.policy"), "--match", "--metadata", "--only-host", texts.Of("label.vms"));
                foreach (var r in rules) table.Add(r.Name, r.Policy, r.Pattern ?? "", r.Metadata ?? "", r.Host ?? "", $"{vms[r.Name].Count()}");
                if (rules.Count == 0) call.Say(texts.Of("list.no-rules"));
                else call.World.Out.Write(table);
            });
        return Task.FromResult(ExitCode.Done);
    }

    public static Task<int> AddAsync(Invocation call, CancellationToken ct)
    {
        var line = call.Line;
        var rule = new ProtectRule(
            line.Argument!, line.Value("policy") ?? throw line.ChooseOne("policy"), line.Value("match"), line.Value("metadata"), line.Value("only-host"));
        call.Control.Protection.AddRule(rule);
        call.Show(() => ToJson(rule, 0), JsonDocuments.Shapes.RuleJson, () => call.Say(call.Texts.Of("rule.added", ("rule", rule.Name))));
        return Task.FromResult(ExitCode.Done);
    }

    public static Task<int> RemoveAsync(Invocation call, CancellationToken ct)
    {
        var name = call.Line.Argument!;
        call.Confirm(call.Texts.Of("prompt.remove-rule", ("rule", name)));
        var released = call.Control.Protection.RemoveRule(name);
        call.Show(
            () => new(name), JsonDocuments.Shapes.RemovedJson, () => call.Say(call.Texts.Of("rule.removed", ("rule", name), ("count", $"{released}"))));
        return Task.FromResult(ExitCode.Done);
    }

    private static RuleJson ToJson(ProtectRule rule, int vms) => new(rule.Name, rule.Policy, rule.Pattern, rule.Metadata, rule.Host, vms);
}
