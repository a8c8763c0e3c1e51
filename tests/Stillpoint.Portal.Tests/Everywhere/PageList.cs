using Stillpoint.Portal.Tests.Hosting;
using Xunit;

namespace Stillpoint.Portal.Tests.Everywhere;

/// <summary>Every page with what it needs in its address. A page that is not here is not looked at: add it.</summary>
internal static class PageList
{
    public static string Vm => $"/vms/{ManyVms.All[0].Id}";

    public static async Task<IReadOnlyList<(string Name, string Path)>> AllAsync(PortalSite site)
    {
        var admin = site.Host.Client();
        var failed = (await admin.Jobs.ListAsync(CancellationToken.None, state: "failed", limit: 1)).Items.Single();
        var point = (await admin.Points.ListAsync(CancellationToken.None, vm: ManyVms.All[0].Name, limit: 1)).Items.Single();
        return
        [
            ("overview", "/"), ("vms", "/vms"), ("vm", Vm), ("jobs", "/jobs"), ("job", $"/jobs/{failed.Id}"),
            ("alerts", "/alerts"), ("policies", "/policies"), ("policy", "/policies/nightly"), ("policy-new", "/policies/+"), ("plan", "/plan"),
            ("restore", $"/restore?vm={ManyVms.All[0].Id}"), ("restore-target", $"/restore?point={point.Id}"), ("doctor", "/doctor"),
            ("cause", "/doctor/fs-freeze-lock-held"), ("vault", "/vault"), ("audit", "/audit"), ("settings", "/settings"), ("nowhere", "/no/such/page"),
        ];
    }

    /// <summary>As browsers name them.</summary>
    public static string Tag(string language) => language == "zh-Hans" ? "zh-CN" : language;
}
