using Microsoft.AspNetCore.Http.HttpResults;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Support;
using Stillpoint.Server.Access;
using Stillpoint.Server.Configuration;
using Stillpoint.Server.Hosting;
using Stillpoint.Server.Hosts;
using Stillpoint.Server.Http;
using Stillpoint.Server.Vaults;

namespace Stillpoint.Server.Support;

/// <summary>What somebody else needs to find out what is wrong here. It tells of all VMs and of the machine, so it is for those who may see both.</summary>
internal static class SupportEndpoints
{
    public static void Map(RouteGroupBuilder api) =>
        api.MapPost("/support-bundle", CollectAsync).WithName("collectSupportBundle").WithSummary("Versions, settings, jobs, facts and log as a .tar.gz, without secrets")
            .Produces<Stream>(StatusCodes.Status200OK, "application/gzip").Needs(Role.Admin, wholeOnly: true);

    private static async Task<FileContentHttpResult> CollectAsync(
        SupportRequest request, StillpointControl control, HostConnection hosts, ServiceVault vaults, ServerParts parts, TimeProvider clock, CancellationToken ct)
    {
        var order = new SupportOrder(
            request.Vm is { } vm ? Requests.Text("vm", vm) : null, Requests.Range("days", request.Days ?? SupportOrder.DefaultDays, 1, SupportOrder.MostDays))
        {
            Version = ServerVersion.Text, Configuration = Values(parts.Options, control),
            SecretFiles = [SecretFile.Find(parts.Options.PassphraseFile, parts.Variable).File ?? parts.UsualSecretFile, parts.UsualSecretFile],
        };
        var (path, secret) = vaults.Known();
        using (secret)
        {
            var entries = await new SupportCollector(control, hosts.ConnectAsync, path, secret, clock).CollectAsync(order, ct);
            return TypedResults.File(SupportBundle.Write(entries, clock.GetUtcNow()), "application/gzip", "stillpoint-support.tar.gz");
        }
    }

    /// <summary>As they are in force. None is a secret; where secrets lie is told.</summary>
    private static Dictionary<string, string> Values(ServerOptions o, StillpointControl control) => new(StringComparer.Ordinal)
    {
        ["data"] = o.Data ?? "", ["host"] = o.Host, ["vault"] = o.Vault ?? control.Places.DefaultVault ?? "", ["passphraseFile"] = o.PassphraseFile ?? "",
        ["listen"] = string.Join(",", o.Listen), ["certificate"] = o.Certificate ?? "", ["certificateKey"] = o.CertificateKey ?? "",
        ["restoreFolders"] = string.Join(",", o.RestoreFolders), ["schedule"] = o.Schedule ? "on" : "off", ["jobsAtOnce"] = $"{o.JobsAtOnce}",
        ["sessionMinutes"] = $"{o.SessionMinutes}", ["bundleMegabytes"] = $"{o.BundleMegabytes}", ["logLevel"] = $"{o.LogLevel}",
    };
}
