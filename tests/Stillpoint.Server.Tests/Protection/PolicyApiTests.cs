using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stillpoint.Cli.Tests.Hosting;
using Stillpoint.Contracts;
using Stillpoint.Control.Access;
using Stillpoint.Control.Protection;
using Stillpoint.Model;
using Stillpoint.Server.Tests.Hosting;
using Xunit;

namespace Stillpoint.Server.Tests.Protection;

public sealed class PolicyApiTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly PolicyBody Nightly = new(
        Schedules: ["daily 20:00-06:00 Europe/Amsterdam"], Retention: new(Daily: 7, Weekly: 4), Objective: "1.02:00:00", Capture: new(Wanted: "crash"));

    [Fact]
    public async Task Policy_PutReadAndPutBack_IsTheSameWithANewVersion()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client();
        var added = await client.Policies.AddAsync("nightly", Nightly, None);
        Assert.Equal(("nightly", 1L, "1.02:00:00", "crash", 7), (added.Name, added.Version, added.Policy.Objective, added.Policy.Capture!.Wanted, added.Policy.Retention!.Daily));
        var again = await client.Policies.ReplaceAsync("nightly", added.Policy, added.Version, None);
        Assert.Equal((2L, Json(added.Policy)), (again.Version, Json(again.Policy)));
        await Answers.FailsAsync("policy-changed", 412, () => client.Policies.ReplaceAsync("nightly", Nightly, 1, None));
        await Answers.FailsAsync("policy-exists", 409, () => client.Policies.AddAsync("nightly", Nightly, None));
        await Answers.FailsAsync("policy-not-found", 404, () => client.Policies.ReplaceAsync("weekly", Nightly, 1, None));
        Assert.Equal(["nightly"], (await client.Policies.ListAsync(None)).Select(p => p.Name));
    }

    [Fact]
    public async Task Policy_PutBare_AnswersCreatedWithAnETagThatShowHasToo()
    {
        await using var host = await ServiceHost.StartBareAsync();
        using var http = host.Browser(host.Token(Role.Admin));
        using var made = await http.SendAsync("PUT", "/api/v1/policies/p", new { });
        Assert.Equal((HttpStatusCode.Created, "\"1\"", "/api/v1/policies/p"), (made.StatusCode, made.Headers.ETag?.Tag, made.Headers.Location?.OriginalString));
        using var shown = await http.GetAsync("/api/v1/policies/p");
        Assert.Equal("\"1\"", shown.Headers.ETag?.Tag);
        using var replaced = await http.SendAsync("PUT", "/api/v1/policies/p", new { retries = 3 }, ("If-Match", "*"));
        Assert.Equal((HttpStatusCode.OK, "\"2\""), (replaced.StatusCode, replaced.Headers.ETag?.Tag));
    }

    [Fact]
    public async Task Policy_OfDefaults_IsTheFilesFormMemberByMember()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var view = await host.Client().Policies.AddAsync("p", new(), None);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(PolicyText.Write(new Policy("p"))), JsonNode.Parse(Json(view.Policy))), Json(view.Policy));
    }

    [Theory]
    [InlineData("""{"capture":{"wanted":"best"}}""", "request-invalid", "$.capture.wanted", "crash, file-system, application")]
    [InlineData("""{"capture":{"scripts":{"rule":"run"}}}""", "request-invalid", "$.capture.scripts.rule", "continue, fail, skip")]
    [InlineData("""{"retryAfter":"soon"}""", "request-invalid", "$.retryAfter", "[d.]hh:mm:ss")]
    [InlineData("""{"capture":{"freezeLimit":"00:01:01"}}""", "usage-invalid", "freeze-limit", "2-60 s")]
    [InlineData("""{"retries":11}""", "usage-invalid", "retries", "0-10")]
    [InlineData("""{"retention":{"daily":-1}}""", "usage-invalid", "keep-daily", "0-10000")]
    [InlineData("""{"schedules":["daily 25:00-06:00"]}""", "usage-invalid", "schedule", "HH:MM-HH:MM")]
    [InlineData("""{"bandwidth":["backup all day"]}""", "usage-invalid", "schedule", "HH:MM-HH:MM")]
    [InlineData("""{"schedules":[null]}""", "request-invalid", "policy", "name, schedules, bandwidth, capture, its scripts and retention cannot be null")]
    [InlineData("""{"name":"other"}""", "request-invalid", "name", "p")]
    [InlineData("""{"nothing":1}""", "request-invalid", "$.nothing", "what the description of the interface says")]
    public async Task Policy_Mistakes_NameTheKeyAndWhatIsAllowed(string body, string code, string key, string expected)
    {
        await using var host = await ServiceHost.StartBareAsync();
        using var http = host.Browser(host.Token(Role.Admin));
        using var answer = await http.PutAsync("/api/v1/policies/p", new StringContent(body, Encoding.UTF8, "application/json"));
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        var arguments = problem.GetProperty("arguments");
        Assert.Equal(
            (HttpStatusCode.BadRequest, code, key, expected),
            (answer.StatusCode, problem.GetProperty("code").GetString(), arguments.GetProperty(code == "usage-invalid" ? "option" : "field").GetString(), arguments.GetProperty("expected").GetString()));
    }

    [Fact]
    public async Task Policy_InUse_IsNotRemovedAndNamesNoOneHidden()
    {
        await using var host = await ServiceHost.StartBareAsync();
        var client = host.Client();
        await client.Policies.AddAsync("nightly", Nightly, None);
        await client.Plan.ProtectAsync("guest", new("nightly"), None);
        Assert.Equal(["guest"], (await client.Policies.ShowAsync("nightly", None)).Vms);
        Assert.Empty((await host.Client(Role.Reader, "web*").Policies.ShowAsync("nightly", None)).Vms);
        await Answers.FailsAsync("confirmation-needed", 428, () => client.Policies.RemoveAsync("nightly", "", None));
        var used = await Answers.FailsAsync("policy-in-use", 409, () => client.Policies.RemoveAsync("nightly", "nightly", None));
        Assert.Equal("guest", used.Arguments["names"]);
        await client.Plan.UnprotectAsync("guest", "guest", None);
        await client.Policies.RemoveAsync("nightly", "nightly", None);
        await Answers.FailsAsync("policy-not-found", 404, () => client.Policies.ShowAsync("nightly", None));
    }

    [Fact]
    public async Task Preview_OfAPolicy_ShowsTheNextWindowsAndWhatItKeeps()
    {
        await using var host = await ServiceHost.StartAsync();
        var client = host.Client(Role.Admin);
        await client.Policies.AddAsync("last", new(Schedules: ["hourly UTC"], Retention: new(Last: 1)), None);
        var older = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(1));
        var newer = await KnownPoint.AddAsync(host.VaultFolder, KnownPoint.Disk(2));
        var preview = await client.Policies.PreviewAsync("last", None, vm: "guest");
        Assert.Equal((50, 2), (preview.Runs.Count, preview.Points));
        Assert.Equal(TimeSpan.FromHours(1), preview.Runs[1].Opens - preview.Runs[0].Opens);
        var kept = Assert.Single(preview.Kept);
        Assert.Equal((newer, true), (kept.Point, kept.Point != older));
        Assert.Equal(["last", "newest-whole", "newest-of-highest-rank"], kept.Reasons);
        var imagined = await client.Policies.PreviewAsync(new PolicyBody(Schedules: ["daily 20:00-06:00 UTC"], Retention: new(Daily: 3)), None, runs: 4);
        Assert.Equal((4, 3, null), (imagined.Runs.Count, imagined.Kept.Count, imagined.Kept[0].Point));
        await Answers.FailsAsync("point-not-found", 404, () => host.Client(Role.Operator, "web*").Policies.PreviewAsync("last", None, vm: "guest"));
        await Answers.FailsAsync("request-invalid", 400, () => client.Policies.PreviewAsync("last", None, runs: 0));
    }

    private static string Json(PolicyBody body) => JsonSerializer.Serialize(body, ContractsJson.Default.PolicyBody);
}
