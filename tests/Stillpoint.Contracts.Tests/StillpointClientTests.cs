using System.Net;
using System.Text;
using Xunit;

namespace Stillpoint.Contracts.Tests;

/// <summary>What the typed client sends and makes of the answers. That the service understands it is shown by the service's own tests.</summary>
public sealed class StillpointClientTests
{
    [Fact]
    public async Task ListJobs_WithFilters_EscapesThemAndLeavesOutTheRest()
    {
        using var service = new Service(HttpStatusCode.OK, "application/json", """{"items":[],"next":null}""");
        var page = await service.Client.Jobs.ListAsync(
            CancellationToken.None, vm: "a b&c", since: new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.FromHours(1)), limit: 7);
        Assert.Empty(page.Items);
        Assert.Equal("/api/v1/jobs?vm=a%20b%26c&since=2026-11-21T07%3A00%3A00.0000000Z&limit=7", service.Asked!.RequestUri!.PathAndQuery);
    }

    [Fact]
    public async Task ShowVm_WithASlashInItsName_StaysOneStepOfThePath()
    {
        using var service = new Service(HttpStatusCode.OK, "application/json",
            """{"name":"x","id":"i","state":"running","agentChannel":true,"internalSnapshots":false,"checkpoints":[],"disks":[]}""");
        Assert.Equal("running", (await service.Client.Vms.ShowAsync("../users", CancellationToken.None)).State);
        Assert.Equal("/api/v1/vms/..%2Fusers", service.Asked!.RequestUri!.PathAndQuery);
    }

    [Fact]
    public async Task Backup_WithAKey_SendsItAndTheLanguage()
    {
        using var service = new Service(HttpStatusCode.Accepted, "application/json", """{"job":"01j"}""");
        Assert.Equal("01j", (await service.Client.Jobs.BackUpAsync(new("web1", Strict: true), CancellationToken.None, "k1")).Job);
        Assert.Equal("k1", service.Asked!.Headers.GetValues("Idempotency-Key").Single());
        Assert.Equal("nl", service.Asked.Headers.AcceptLanguage.Single().Value);
        Assert.Contains("\"vm\":\"web1\"", service.Body, StringComparison.Ordinal);
        Assert.Contains("\"strict\":true", service.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_ThatIsAProblem_IsThrownAsOne()
    {
        using var service = new Service(HttpStatusCode.NotFound, "application/problem+json",
            """{"type":"urn:stillpoint:job-not-found","title":"There is none.","status":404,"code":"job-not-found","stage":"input","arguments":{"job":"x"},"evidence":[],"retryable":false,"job":null}""");
        var e = await Assert.ThrowsAsync<ProblemException>(() => service.Client.Jobs.ShowAsync("x", CancellationToken.None));
        Assert.Equal(("job-not-found", 404, "x"), (e.Problem.Code, e.Problem.Status, e.Problem.Arguments["job"]));
    }

    [Fact]
    public async Task Answer_OfSomethingElse_IsNoProblemOfOurs()
    {
        using var service = new Service(HttpStatusCode.BadGateway, "text/html", "<html>");
        var e = await Assert.ThrowsAsync<HttpRequestException>(() => service.Client.Vms.ListAsync(CancellationToken.None));
        Assert.Equal(HttpStatusCode.BadGateway, e.StatusCode);
    }

    [Fact]
    public async Task Diagnosis_ThatIsNotThere_IsNull()
    {
        using var service = new Service(HttpStatusCode.NoContent, "application/json", "");
        Assert.Null(await service.Client.Jobs.DiagnosisAsync("x", CancellationToken.None));
    }

    [Fact]
    public async Task Events_OfAJob_ComeInOrder()
    {
        using var service = new Service(HttpStatusCode.OK, "text/event-stream",
            """
            event: began
            data: {"kind":"began","job":"01j","at":"2026-11-21T08:00:00Z","vm":"web1"}

            event: progress
            data: {"kind":"progress","job":"01j","at":"2026-11-21T08:00:01Z","doneBytes":7,"totalBytes":9}


            """);
        var kinds = new List<(string, long?)>();
        await foreach (var notice in service.Client.Jobs.FollowAsync("01j", CancellationToken.None)) kinds.Add((notice.Kind, notice.DoneBytes));
        Assert.Equal([("began", null), ("progress", 7L)], kinds);
    }

    /// <summary>One answer to whatever is asked.</summary>
    private sealed class Service : HttpMessageHandler
    {
        private readonly HttpStatusCode _status;
        private readonly string _type, _answer;

        public Service(HttpStatusCode status, string type, string answer)
        {
            (_status, _type, _answer) = (status, type, answer);
            Client = new(new HttpClient(this) { BaseAddress = new("https://service") }, "nl");
        }

        public StillpointClient Client { get; }

        public HttpRequestMessage? Asked { get; private set; }

        public string Body { get; private set; } = "";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked = request;
            if (request.Content is not null) Body = await request.Content.ReadAsStringAsync(cancellationToken);
            return new(_status) { Content = new StringContent(_answer, Encoding.UTF8, _type) };
        }
    }
}
