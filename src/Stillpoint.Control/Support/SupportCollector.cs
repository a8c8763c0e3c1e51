using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stillpoint.Control.Catalog;
using Stillpoint.Doctor;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Control.Support;

/// <summary>
/// Gathers what somebody else needs to find out what is wrong here. What cannot be read says why and takes nothing else with it. Secrets are never asked for;
/// what looks like one, or is one of those that are known, is taken out of all that was gathered.
/// </summary>
/// <param name="connect">To the host.</param>
/// <param name="vault">Where points go, with its secret; each null where it is not known: then less is seen.</param>
public sealed class SupportCollector(
    StillpointControl control, Func<CancellationToken, Task<IHypervisorHost>> connect, string? vault, Vault.VaultSecret? secret, TimeProvider clock)
{
    private const int MostJobs = 2000, MostFacts = 50, MostAlerts = 500;

    /// <exception cref="FailureException">VmNotFound: neither the host nor the catalog knows it; the host's, where a VM is to be looked at.</exception>
    public async Task<IReadOnlyList<SupportEntry>> CollectAsync(SupportOrder order, CancellationToken ct)
    {
        var since = clock.GetUtcNow() - TimeSpan.FromDays(order.Days);
        var jobs = control.Jobs.List(new JobFilter(order.Vm, Since: since, Limit: MostJobs));
        var entries = new List<SupportEntry>();
        if (order.Vm is not null) entries.Add(new("doctor.json", await ExamineAsync(order.Vm, ct)));
        entries.Insert(0, Json("versions", await SupportHost.VersionsAsync(order.Version, clock, ct)));
        entries.Add(Json("configuration", SupportSettings.Configuration(order)));
        entries.Add(Json("settings", SupportSettings.Of(control, order.Vm)));
        entries.Add(Json("host", await SupportHost.FactsAsync(connect, control.Folder.Path, vault, order.Vm, clock, ct)));
        entries.Add(Json("catalog", SupportSettings.Catalog(control)));
        entries.Add(Json("alerts", new JsonArray([.. control.Alerts.List(all: true, MostAlerts).Where(a => a.Seen >= since).Select(SupportJobs.ToJson)])));
        entries.Add(Json("jobs", new JsonArray([.. jobs.Select(j => SupportJobs.ToJson(control.Jobs.Find(j.Id.ToString())))])));
        foreach (var (job, facts) in jobs.Select(j => (j.Id, Facts: control.FactsOf(j.Id))).Where(j => j.Facts.Count > 0).Take(MostFacts))
            entries.Add(new($"facts/{job}.json", BytesOf(facts)));
        entries.Add(new("log.txt", SupportRedaction.OfLog(await SupportHost.LogAsync(order.Days, clock, ct))));
        using var redaction = new SupportRedaction([.. order.SecretFiles, .. control.Settings.Alerts.WebhookSecretFile is { } file ? [file] : Array.Empty<string>()], control.Settings.Alerts);
        return [.. entries.Select(e => e with { Content = redaction.Apply(e.Content) })];
    }

    private async Task<byte[]> ExamineAsync(string vm, CancellationToken ct)
    {
        await using var host = await connect(ct);
        return BytesOf((await control.ExamineAsync(host, vm, vault, secret, ct)).Facts);
    }

    private static byte[] BytesOf(IReadOnlyList<Fact> facts)
    {
        var bytes = new MemoryStream();
        FactFile.Write(bytes, facts);
        return bytes.ToArray();
    }

    private static SupportEntry Json(string name, JsonNode content)
    {
        var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) content.WriteTo(json);
        return new(name + ".json", bytes.ToArray());
    }
}
