using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Stillpoint.Control.Alerts;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Model;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Control.Tests.Alerts;

public sealed class AlertSendingTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly StillpointControl _control;
    private readonly List<Failure> _unsent = [];

    public AlertSendingTests() => _control = StillpointControl.Open(new(_temp.Path), new FakeEngine(), TimeProvider.System);

    public void Dispose()
    {
        _control.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Webhook_WithASecret_GetsWhatWasSignedAndEachAlertOnceAsItBeginsAndEnds()
    {
        await using var server = LoopbackServer.Http(() => 200);
        File.WriteAllText(_temp["secret"], "hush\nnot this\n");
        _control.Settings.Alerts = new() { Webhook = new($"http://127.0.0.1:{server.Port}/alert"), WebhookSecretFile = _temp["secret"] };
        var job = Fail();
        await LookAsync();
        await LookAsync();
        Succeed();
        await LookAsync();
        await LookAsync();
        await Eventually.IsAsync("both came", () => server.Heard.Count == 2);
        Assert.Equal(["raised", "cleared"], server.Heard.Select(h => Body(h).GetProperty("state").GetString()));
        Assert.Equal(("job-failed", job.ToString(), "words of it"), (
            Body(server.Heard.First()).GetProperty("kind").GetString(), Body(server.Heard.First()).GetProperty("arguments").GetProperty("job").GetString(),
            Body(server.Heard.First()).GetProperty("text").GetString()));
        foreach (var heard in server.Heard)
        {
            var signed = Encoding.UTF8.GetBytes(Header(heard, "X-Stillpoint-Timestamp") + "." + heard[(heard.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]);
            Assert.Equal("sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData("hush"u8, signed)), Header(heard, "X-Stillpoint-Signature"));
        }
    }

    [Fact]
    public async Task Webhook_ThatRefuses_IsTriedAgainAtTheNextLook()
    {
        var status = 500;
        await using var server = LoopbackServer.Http(() => status);
        _control.Settings.Alerts = new() { Webhook = new($"http://127.0.0.1:{server.Port}/") };
        Fail();
        await LookAsync();
        Assert.Equal((FailureCode.AlertNotSent, "webhook"), (Assert.Single(_unsent).Code, _unsent[0].Arguments["way"]));
        status = 204;
        await LookAsync();
        await LookAsync();
        await Eventually.IsAsync("both came", () => server.Heard.Count == 2);
        Assert.Single(_unsent);
    }

    [Fact]
    public async Task Mail_ToAServer_CarriesTheWords()
    {
        await using var server = LoopbackServer.Mail();
        _control.Settings.Alerts = new() { Smtp = $"127.0.0.1:{server.Port}", MailFrom = "stillpoint@example.org", MailTo = "ops@example.org" };
        Fail();
        await LookAsync();
        Assert.Empty(_unsent);
        Assert.False(_control.Alerts.List(all: false).Single().Cleared.HasValue);
        await LookAsync();
        // The client keeps its connection for a while; the mail itself is complete when it was taken.
        _control.Settings.Alerts = new();
        await Eventually.IsAsync("the mail came", () => server.Heard.Count == 1);
        var mail = server.Heard.Single();
        foreach (var part in new[] { "<stillpoint@example.org>", "<ops@example.org>", "web1: job-failed (raised)", "words of it" }) Assert.Contains(part, mail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_ForAnAlert_GetsItOnStandardInputAndItsFailureIsTold()
    {
        _control.Settings.Alerts = new() { Command = $"cat > '{_temp["heard"]}'" };
        Fail();
        await LookAsync();
        Assert.Equal("job-failed", JsonDocument.Parse(File.ReadAllText(_temp["heard"])).RootElement.GetProperty("kind").GetString());
        _control.Settings.Alerts = new() { Command = "echo no such pager >&2; exit 3" };
        Succeed();
        await LookAsync();
        Assert.Contains("no such pager", Assert.Single(_unsent).Evidence.Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heartbeat_AfterEachGoodLook_IsAskedFor()
    {
        await using var server = LoopbackServer.Http(() => 200);
        _control.Settings.Alerts = new() { Heartbeat = new($"http://127.0.0.1:{server.Port}/alive") };
        await LookAsync();
        await LookAsync();
        await Eventually.IsAsync("both came", () => server.Heard.Count == 2);
        Assert.All(server.Heard, h => Assert.StartsWith("GET /alive ", h, StringComparison.Ordinal));
        await _control.AlertWatch.TestAsync(_ => "words", CancellationToken.None);
        await Eventually.IsAsync("the test came", () => server.Heard.Count == 3);
    }

    [Theory]
    [InlineData("ftp://host/", null, null, "webhook")]
    [InlineData(null, "host:0", "a@b", "smtp")]
    [InlineData(null, "host", null, "smtp")]
    [InlineData(null, "host", "nobody", "mail-to")]
    public void Settings_ThatCannotWork_AreRefused(string? webhook, string? smtp, string? to, string option)
    {
        var settings = new AlertSettings { Webhook = webhook is null ? null : new(webhook), Smtp = smtp, MailFrom = "a@b", MailTo = to };
        Assert.Equal(option, Assert.Throws<FailureException>(() => _control.Settings.Alerts = settings).Failure.Arguments["option"]);
    }

    private Task LookAsync() => _control.AlertWatch.LookAsync(_temp["vault"], _ => "words of it", _unsent.Add, CancellationToken.None);

    private JobId Fail() => End(JobState.Failed, Failure.Of(FailureCode.VaultFull, Stage.Store));

    private void Succeed() => End(JobState.Completed, null);

    private JobId End(JobState state, Failure? failure)
    {
        if (_control.Policies.List().Count == 0)
        {
            _control.Policies.Add(new("p"));
            _control.Protection.Protect(FakeHost.Vm, "web1", "qemu:///system", "", "p", null);
        }
        var id = JobId.New(TimeProvider.System);
        // A second later each: the newest is the one that counts.
        var at = DateTimeOffset.UnixEpoch.AddSeconds(_control.Jobs.List(null, 99).Count);
        _control.Jobs.Add(new(id, JobKind.Backup, JobState.Running, FakeHost.Vm, "web1", "", "/v", null, at, null, 0, 0, null, "x", 0));
        _control.Jobs.End(id, state, at, null, 0, 0, failure);
        return id;
    }

    private static JsonElement Body(string heard) => JsonDocument.Parse(heard[(heard.IndexOf("\n\n", StringComparison.Ordinal) + 2)..]).RootElement;

    private static string Header(string heard, string name) => heard.Split('\n').Single(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Split(':', 2)[1].Trim();
}
