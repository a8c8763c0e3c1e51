using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

public readonly struct AlertCalls(StillpointClient client)
{
    /// <param name="all">Also those that are over.</param>
    public Task<Page<AlertView>> ListAsync(
        CancellationToken ct, bool? all = null, string? kind = null, string? vm = null, string? after = null, int? limit = null) => client.GetAsync(
            Query.Of("/alerts", ("all", all switch { null => null, true => "true", false => "false" }), ("kind", kind), ("vm", vm), ("after", after), ("limit", limit)),
            Default.PageAlertView, ct);

    /// <summary>By hand: it is listed and told no more, and ends when its reason does.</summary>
    public Task<AlertView> ClearAsync(string alert, CancellationToken ct) => client.PostAsync($"/alerts/{Query.Step(alert)}/clear", null, Default.AlertView, ct);

    public Task<AlertWays> WaysAsync(CancellationToken ct) => client.GetAsync("/alerts/settings", Default.AlertWays, ct);

    public Task<AlertWays> SetWaysAsync(AlertWays ways, CancellationToken ct) =>
        client.PutAsync("/alerts/settings", ways, Default.AlertWays, Default.AlertWays, null, ct);

    /// <summary>One message by every way that is set.</summary>
    public Task<AlertSent> TestAsync(CancellationToken ct) => client.PostAsync("/alerts/test", null, Default.AlertSent, ct);
}
