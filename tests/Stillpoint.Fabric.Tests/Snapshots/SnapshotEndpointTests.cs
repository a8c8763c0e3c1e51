using System.Net;
using System.Text.Json;
using Stillpoint.Fabric.Tests.Goals;
using Stillpoint.Fabric.Tests.Hosting;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Fabric.Tests.Snapshots;

/// <summary>The endpoint over HTTP, and the host's answers over the socket.</summary>
public sealed class SnapshotEndpointTests : IAsyncLifetime
{
    private const string Report = """{"code":1,"frozen":2,"thawed":2,"guard":"clean","answeredFrozen":true,"steps":{"freezing":10,"thawed":95}}""";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private readonly HttpClient _guest = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
    private FabricUnderTest _service = null!;

    public async ValueTask InitializeAsync() => _service = await FabricUnderTest.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _guest.Dispose();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task Snapshot_AskedInTurn_IsHeldUntilTheHostAnswersEachTime()
    {
        var uri = await OpenAsync(Samples.Vm, "t1");
        var ready = PostAsync(uri, "presnapshot");
        var seen = await SeenAsync("t1", 1, SnapshotStage.Preparing);
        Assert.False(ready.IsCompleted);
        Assert.False(await AnswerAsync("t1", SnapshotStage.Asking));
        Assert.True(await AnswerAsync("t1", SnapshotStage.Preparing));
        Assert.Equal((200, true), (await ready is var (status, body) ? status : 0, JsonDocument.Parse(body).RootElement.TryGetProperty("responseTime", out _)));

        var asked = PostAsync(uri, "dosnapshot");
        seen = await SeenAsync("t1", seen.Version + 1, SnapshotStage.Asking);
        Assert.False(asked.IsCompleted);
        Assert.True(await AnswerAsync("t1", SnapshotStage.Asking));
        Assert.False(await AnswerAsync("t1", SnapshotStage.Asking));
        var infos = JsonDocument.Parse((await asked).Body).RootElement.GetProperty("snapshotInfo");
        Assert.Equal(["true", "true"], infos.EnumerateArray().Select(i => i.GetProperty("isSuccessful").GetString()));

        Assert.Equal(201, (await PutAsync(uri, "status", Report)).Status);
        var view = await SeenAsync("t1", seen.Version + 1, SnapshotStage.Answered);
        Assert.Equal((1, 2, 2, "clean", true, 85L), (view.Report!.Code, view.Report.Frozen, view.Report.Thawed, view.Report.Guard, view.Report.AnsweredFrozen, view.Report.FrozenMs));
    }

    [Fact]
    public async Task Address_UsedTwice_IsGoodForNothing()
    {
        var uri = await OpenAsync(Samples.Vm, "t1");
        Assert.Equal(410, (await PostAsync(uri, "dosnapshot")).Status);
        var ready = PostAsync(uri, "presnapshot");
        await SeenAsync("t1", 1, SnapshotStage.Preparing);
        Assert.Equal(410, (await PostAsync(uri, "presnapshot")).Status);
        await AnswerAsync("t1", SnapshotStage.Preparing);
        Assert.Equal(200, (await ready).Status);
        Assert.Equal(410, (await PostAsync(uri, "presnapshot")).Status);
        var asked = PostAsync(uri, "dosnapshot");
        await SeenAsync("t1", 3, SnapshotStage.Asking);
        Assert.Equal(410, (await PostAsync(uri, "dosnapshot")).Status);
        await AnswerAsync("t1", SnapshotStage.Asking);
        Assert.Equal(200, (await asked).Status);
        Assert.Equal(410, (await PostAsync(uri, "dosnapshot")).Status);
        Assert.Equal(201, (await PutAsync(uri, "status", Report)).Status);
        Assert.Equal(409, (await PutAsync(uri, "status", Report)).Status);
    }

    [Fact]
    public async Task Address_ChangedInAnyPart_IsTheEmptyNothingOfAStranger()
    {
        var uri = await OpenAsync(Samples.Vm, "t1");
        await OpenAsync(Samples.Other, "t1");
        var sig = uri[(uri.IndexOf("sig=", StringComparison.Ordinal) + 4)..];
        var forged = new[]
        {
            uri.Replace(Samples.Vm.ToString(), Samples.Other.ToString(), StringComparison.Ordinal), uri.Replace("/t1?", "/t2?", StringComparison.Ordinal),
            uri.Replace("?se=", "?se=9", StringComparison.Ordinal), uri.Replace(sig, new string('0', sig.Length), StringComparison.Ordinal), uri[..uri.IndexOf('?', StringComparison.Ordinal)],
            uri.Replace("sig=", "gis=", StringComparison.Ordinal), uri.Replace("/snapshots/", "/vms/", StringComparison.Ordinal),
        };
        foreach (var wrong in forged)
            foreach (var answer in new[] { await PostAsync(wrong, "presnapshot"), await PutAsync(wrong, "status", Report) }) Assert.Equal((404, ""), answer);
        Assert.Equal(SnapshotStage.Open, (await SeenAsync("t1", 0, SnapshotStage.Open)).Stage);
    }

    [Fact]
    public async Task Snapshot_OfAnotherTask_ClosesTheOneBefore()
    {
        var before = await OpenAsync(Samples.Vm, "t1");
        var waiting = PostAsync(before, "presnapshot");
        await SeenAsync("t1", 1, SnapshotStage.Preparing);
        var after = await OpenAsync(Samples.Vm, "t2");
        Assert.Equal(410, (await waiting).Status);
        Assert.Equal(410, (await PostAsync(before, "presnapshot")).Status);
        Assert.Equal(FailureCode.VmNotFound, (await Assert.ThrowsAsync<FailureException>(() => SeenAsync("t1", 0, SnapshotStage.Open))).Failure.Code);
        await _service.Client.CloseSnapshotAsync(Samples.Vm, "t2", CancellationToken.None);
        Assert.Equal(410, (await PostAsync(after, "presnapshot")).Status);
    }

    [Fact]
    public async Task Guest_ThatLeavesWhileItWaits_IsNotThereToBeAnswered()
    {
        var uri = await OpenAsync(Samples.Vm, "t1");
        using var gone = new CancellationTokenSource();
        var call = _guest.PostAsync(Of(uri, "presnapshot"), null, gone.Token);
        await SeenAsync("t1", 1, SnapshotStage.Preparing);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await SeenAsync("t1", 2, SnapshotStage.Left);
        Assert.False(await AnswerAsync("t1", SnapshotStage.Preparing));
    }

    [Fact]
    public async Task Disks_EachAskedFor_AreOfOneSnapshot()
    {
        var uri = await OpenAsync(Samples.Vm, "t1");
        var ready = PostAsync(uri, "presnapshot");
        await SeenAsync("t1", 1, SnapshotStage.Preparing);
        await AnswerAsync("t1", SnapshotStage.Preparing);
        await ready;
        Assert.Equal(404, (await PutAsync(uri + "&comp=snapshot", "vdz")).Status);
        Assert.Equal(404, (await PutAsync(uri, "vda")).Status);
        var disks = new[] { PutAsync(uri + "&comp=snapshot", "vda"), PutAsync(uri + "&comp=snapshot", "vdb") };
        await SeenAsync("t1", 3, SnapshotStage.Asking);
        await AnswerAsync("t1", SnapshotStage.Asking);
        Assert.All(await Task.WhenAll(disks), answer => Assert.Equal(201, answer.Status));
    }

    [Fact]
    public async Task Snapshot_Refused_IsToldInAzuresWay()
    {
        var uri = await OpenAsync(Samples.Vm, "t1");
        var ready = PostAsync(uri, "presnapshot");
        await SeenAsync("t1", 1, SnapshotStage.Preparing);
        await AnswerAsync("t1", SnapshotStage.Preparing);
        await ready;
        var asked = PostAsync(uri, "dosnapshot");
        await SeenAsync("t1", 3, SnapshotStage.Asking);
        await _service.Client.AnswerSnapshotAsync(Samples.Vm, "t1", new(SnapshotStage.Asking, false, "late"), CancellationToken.None);
        var info = JsonDocument.Parse((await asked).Body).RootElement.GetProperty("snapshotInfo")[0];
        Assert.Equal(("false", "late"), (info.GetProperty("isSuccessful").GetString(), info.GetProperty("errorMessage").GetString()));
    }

    [Theory, InlineData("", 10, "vda"), InlineData("a/b", 10, "vda"), InlineData("t", 0, "vda"), InlineData("t", 3601, "vda"), InlineData("t", 10, null)]
    public async Task Request_OutOfRange_IsRefused(string task, int seconds, string? disk)
    {
        var refused = await Assert.ThrowsAsync<FailureException>(() => _service.Client.OpenSnapshotAsync(Samples.Vm, new(task, seconds, disk is null ? [] : [disk]), CancellationToken.None));
        Assert.Equal(FailureCode.RequestInvalid, refused.Failure.Code);
    }

    [Theory, InlineData("no"), InlineData("{}"), InlineData("""{"code":1,"frozen":-1,"thawed":0}"""), InlineData("[]")]
    public async Task Report_ThatIsNone_IsNotTaken(string report)
    {
        var uri = await OpenAsync(Samples.Vm, "t1");
        Assert.Equal(400, (await PutAsync(uri, "status", report)).Status);
        Assert.Equal(201, (await PutAsync(uri, "status", Report)).Status);
    }

    private async Task<string> OpenAsync(VmId vm, string task) => (await _service.Client.OpenSnapshotAsync(vm, new(task, 600, ["vda", "vdb"]), CancellationToken.None)).Uri;

    private async Task<SnapshotView> SeenAsync(string task, long after, SnapshotStage stage)
    {
        SnapshotView? view = null;
        await Eventually.IsAsync($"the snapshot is {stage}", async () => (view = await _service.Client.WatchSnapshotAsync(Samples.Vm, task, after - 1, Long, CancellationToken.None)).Stage == stage);
        return view!;
    }

    private Task<bool> AnswerAsync(string task, SnapshotStage stage) => _service.Client.AnswerSnapshotAsync(Samples.Vm, task, new(stage, true), CancellationToken.None);

    private static Uri Of(string uri, string what) => new(uri.Replace("?", $"/{what}?", StringComparison.Ordinal));

    private async Task<(int Status, string Body)> PostAsync(string uri, string what) => await ReadAsync(await _guest.PostAsync(what.Length == 0 || !uri.Contains('?') ? new Uri(uri + "/" + what) : Of(uri, what), null));

    private async Task<(int Status, string Body)> PutAsync(string uri, string what, string body = "") =>
        await ReadAsync(await _guest.PutAsync(!uri.Contains('?') ? new Uri(uri + "/" + what) : Of(uri, what), FabricUnderTest.Body(body)));

    private static async Task<(int, string)> ReadAsync(HttpResponseMessage answer)
    {
        using (answer) return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
