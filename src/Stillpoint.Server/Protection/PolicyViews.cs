using System.Text.Json;
using Stillpoint.Contracts;
using Stillpoint.Control.Catalog;
using Stillpoint.Control.Protection;
using Stillpoint.Model;
using Stillpoint.Server.Http;

namespace Stillpoint.Server.Protection;

/// <summary>Policies between the interface and the catalog. What they may say is decided by the same reader that reads the files of the CLI.</summary>
internal static class PolicyViews
{
    private const string NoName = "preview";

    /// <param name="name">The path's; null: the policy is stored nowhere and may have none.</param>
    /// <exception cref="FailureException">RequestInvalid, UsageInvalid: with what is allowed.</exception>
    public static Policy Read(PolicyBody body, string? name)
    {
        if (name is not null && body.Name is not null && body.Name != name) throw Requests.Invalid("name", name);
        try
        {
            var policy = PolicyText.Read(JsonSerializer.Serialize(body with { Name = name ?? body.Name ?? NoName }, ContractsJson.Terse.PolicyBody));
            return policy.Validate() is { } invalid ? throw new FailureException(invalid) : policy;
        }
        catch (FailureException e) when (e.Failure.Code is FailureCode.PolicyUnreadable)
        {
            throw Requests.Invalid(e.Failure.Evidence[0].Source, e.Failure.Evidence[0].Text);
        }
    }

    public static PolicyView ToView(this StoredPolicy stored, IEnumerable<ProtectedVm> seen) => new(
        stored.Policy.Name, stored.Version, stored.Changed, JsonSerializer.Deserialize(PolicyText.Write(stored.Policy), ContractsJson.Default.PolicyBody)!,
        [.. seen.Where(v => v.Policy == stored.Policy.Name).Select(v => v.Name)]);

    /// <param name="real">The points are a VM's, not imagined ones.</param>
    public static PolicyPreviewView ToView(this PolicyPreview preview, string name, bool real) => new(
        name, [.. preview.Runs.Select(r => new WindowView(r.Opens.ToUniversalTime(), r.Closes.ToUniversalTime()))], preview.Points,
        [.. preview.Kept.Select(k => new KeptView(real ? k.Point.Id.ToString() : null, k.Point.Taken.ToUniversalTime(), [.. k.Reasons.Select(r => r.ToText())]))]);
}
