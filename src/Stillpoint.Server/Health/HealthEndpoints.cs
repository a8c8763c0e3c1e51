using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Catalog;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Hosts;

namespace Stillpoint.Server.Health;

/// <summary>For whoever watches the service. <c>live</c>: it answers. <c>ready</c>: catalog and host answer too, so that a backup can begin.</summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void Map(WebApplication app)
    {
        app.MapGet("/health/live", () => "live\n").WithName("live").ExcludeFromDescription().ForAnybody();
        app.MapGet("/health/ready", ReadyAsync).WithName("ready").ExcludeFromDescription().ForAnybody();
        app.MapGet("/metrics", Metrics.Show).WithName("metrics").ExcludeFromDescription().Needs(Role.Reader, wholeOnly: true);
    }

    /// <summary>Says which of the two it is, and no more: anybody may ask.</summary>
    private static async Task<IResult> ReadyAsync(StillpointControl control, HostConnection hosts, TimeProvider clock, CancellationToken ct)
    {
        var asked = "catalog";
        try
        {
            control.Jobs.List(new JobFilter(Limit: 1));
            asked = "host";
            await using var host = await hosts.ConnectAsync(ct).WaitAsync(Patience, clock, ct);
            return Results.Text("ready\n");
        }
        catch (Exception e) when (e is FailureException or TimeoutException)
        {
            return Results.Text($"not ready: {asked}\n", statusCode: 503);
        }
    }
}
