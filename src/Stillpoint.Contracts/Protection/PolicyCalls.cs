using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

/// <summary>Policies, and the rules that put VMs under them.</summary>
public readonly struct PolicyCalls(StillpointClient client)
{
    public Task<IReadOnlyList<PolicyView>> ListAsync(CancellationToken ct) => client.GetAsync("/policies", Default.IReadOnlyListPolicyView, ct);

    public Task<PolicyView> ShowAsync(string name, CancellationToken ct) => client.GetAsync($"/policies/{Query.Step(name)}", Default.PolicyView, ct);

    /// <summary>A new one.</summary>
    public Task<PolicyView> AddAsync(string name, PolicyBody policy, CancellationToken ct) =>
        client.PutAsync($"/policies/{Query.Step(name)}", policy, Default.PolicyBody, Default.PolicyView, null, ct);

    /// <param name="version">The one the change was made from.</param>
    public Task<PolicyView> ReplaceAsync(string name, PolicyBody policy, long version, CancellationToken ct) =>
        client.PutAsync($"/policies/{Query.Step(name)}", policy, Default.PolicyBody, Default.PolicyView, $"\"{version}\"", ct);

    /// <param name="confirm">Its name.</param>
    public Task RemoveAsync(string name, string confirm, CancellationToken ct) =>
        client.DeleteAsync(Query.Of($"/policies/{Query.Step(name)}", ("confirm", confirm)), ct);

    /// <param name="runs">1 to 400 windows.</param>
    /// <param name="vm">The points are this VM's, name or UUID; null: those there would be.</param>
    public Task<PolicyPreviewView> PreviewAsync(string name, CancellationToken ct, int? runs = null, string? vm = null) =>
        client.GetAsync(Query.Of($"/policies/{Query.Step(name)}/preview", ("runs", runs), ("vm", vm)), Default.PolicyPreviewView, ct);

    /// <summary>Of a policy that is not stored yet.</summary>
    public Task<PolicyPreviewView> PreviewAsync(PolicyBody policy, CancellationToken ct, int? runs = null, string? vm = null) =>
        client.PostAsync(Query.Of("/policies/preview", ("runs", runs), ("vm", vm)), policy, Default.PolicyBody, Default.PolicyPreviewView, ct);

    public Task<IReadOnlyList<RuleView>> RulesAsync(CancellationToken ct) => client.GetAsync("/rules", Default.IReadOnlyListRuleView, ct);

    /// <param name="confirm">Its name, where VMs are under it.</param>
    public Task<RuleView> PutRuleAsync(NewRule rule, CancellationToken ct, string? confirm = null) =>
        client.PutAsync(Query.Of($"/rules/{Query.Step(rule.Name)}", ("confirm", confirm)), rule, Default.NewRule, Default.RuleView, null, ct);

    public Task<RuleView> AddRuleAsync(NewRule rule, CancellationToken ct) => client.PostAsync("/rules", rule, Default.NewRule, Default.RuleView, ct);

    /// <param name="confirm">Its name.</param>
    public Task<RuleRemoved> RemoveRuleAsync(string name, string confirm, CancellationToken ct) =>
        client.DeleteAsync(Query.Of($"/rules/{Query.Step(name)}", ("confirm", confirm)), Default.RuleRemoved, ct);
}
