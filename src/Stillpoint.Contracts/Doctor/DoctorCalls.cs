using static Stillpoint.Contracts.ContractsJson;

namespace Stillpoint.Contracts;

public readonly struct DoctorCalls(StillpointClient client)
{
    public Task<IReadOnlyList<CauseView>> CausesAsync(CancellationToken ct) => client.GetAsync("/doctor/causes", Default.IReadOnlyListCauseView, ct);

    public Task<CauseView> CauseAsync(string id, CancellationToken ct) => client.GetAsync($"/doctor/causes/{Query.Step(id)}", Default.CauseView, ct);

    public Task<ExplanationView> ExplainAsync(ExplainRequest request, CancellationToken ct) =>
        client.PostAsync("/doctor/explain", request, Default.ExplainRequest, Default.ExplanationView, ct);

    /// <summary>Looks at a VM as it is now; changes nothing. Takes some seconds.</summary>
    public Task<LiveDiagnosisView> ExamineAsync(string vm, CancellationToken ct) =>
        client.PostAsync($"/vms/{Query.Step(vm)}/doctor", null, Default.LiveDiagnosisView, ct);

    /// <param name="name">The file's name: it says what kind of bundle it is.</param>
    public Task<DiagnosisView> DiagnoseAsync(string name, Stream bundle, CancellationToken ct)
    {
        var body = new StreamContent(bundle);
        body.Headers.ContentType = new("application/octet-stream");
        return client.PostAsync(Query.Of("/doctor/bundles", ("name", name)), body, Default.DiagnosisView, ct);
    }
}
