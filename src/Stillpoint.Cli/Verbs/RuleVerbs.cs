using Stillpoint.Cli.Output;
using Stillpoint.Cli.Session;
using Stillpoint.Contracts;
using Stillpoint.Control.Protection;

namespace Stillpoint.Cli.Verbs;

/// <summary>Rules put VMs under policies by name, metadata or host, at the next look at each host.</summary>
internal static class RuleVerbs
{
    public static async Task<int> ListAsync(Invocation call, CancellationToken ct)
    {
        var rules = await call.AskAsync(c =>
        {
            var vms = c.Protection.List().ToLookup(v => v.Rule);
            return c.Protection.Rules.Select(r => ToJson(r, vms[r.Name].Count())).ToList();
        }, async s => [.. (await s.Policies.RulesAsync(ct)).Select(ToJson)], ct);
        call.Show(() => new(rules), JsonDocuments.Shapes.RulesJson, () =>
        {
            var texts = call.Texts;
            var table = new Table(texts.Of("col.rule"), texts.Of("col.policy"), "--match", "--metadata", "--only-host", texts.Of("label.vms"));
            foreach (var r in rules) table.Add(r.Name, r.Policy, r.Match ?? "", r.Metadata ?? "", r.Host ?? "", $"{r.Vms}");
            if (rules.Count == 0) call.Say(texts.Of("list.no-rules"));
            else call.World.Out.Write(table);
        });
        return ExitCode.Done;
    }

    public static async Task<int> AddAsync(Invocation call, CancellationToken ct)
    {
        var line = call.Line;
        var rule = new ProtectRule(
            line.Argument!, line.Value("policy") ?? throw line.ChooseOne("policy"), line.Value("match"), line.Value("metadata"), line.Value("only-host"));
        var added = await call.AskAsync(
            c =>
            {
                c.Protection.AddRule(rule);
                return ToJson(rule, 0);
            },
            async s => ToJson(await s.Policies.AddRuleAsync(new(rule.Name, rule.Policy, rule.Pattern, rule.Metadata, rule.Host), ct)), ct);
        call.Show(() => added, JsonDocuments.Shapes.RuleJson, () => call.Say(call.Texts.Of("rule.added", ("rule", rule.Name))));
        await call.TellNobodyStartsAsync(ct);
        return ExitCode.Done;
    }

    public static async Task<int> RemoveAsync(Invocation call, CancellationToken ct)
    {
        var name = call.Line.Argument!;
        call.Confirm(call.Texts.Of("prompt.remove-rule", ("rule", name)));
        var released = await call.AskAsync(c => c.Protection.RemoveRule(name), async s => (await s.Policies.RemoveRuleAsync(name, name, ct)).Vms, ct);
        call.Show(
            () => new(name), JsonDocuments.Shapes.RemovedJson, () => call.Say(call.Texts.Of("rule.removed", ("rule", name), ("count", $"{released}"))));
        return ExitCode.Done;
    }

    private static RuleJson ToJson(ProtectRule rule, int vms) => new(rule.Name, rule.Policy, rule.Pattern, rule.Metadata, rule.Host, vms);

    private static RuleJson ToJson(RuleView r) => new(r.Name, r.Policy, r.Match, r.Metadata, r.Host, r.Vms);
}
