using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Stillpoint.Control.Alerts;
using Stillpoint.Control.Support;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Control.Tests.Support;

/// <summary>The second lock of a support bundle: what got in all the same is taken out.</summary>
public sealed class SupportRedactionTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("no user yet: make the first administrator with this token: setup-0123456789abcdef0123456789abcdef", "setup-")]
    [InlineData("""{"Message":"sign-in failed","password":"canary-in-a-log"}""", "canary")]
    [InlineData("curl -H 'Authorization: Bearer spt_00112233445566778899aabbccddeeff' https://localhost", "spt_")]
    [InlineData("session sps_00112233445566778899aabbccddeeff ended", "sps_")]
    [InlineData("opened with sprk1-0123x-456yz-789ab-cdefg-hjkmn-pqrst", "sprk1-")]
    [InlineData("hash AQAAAAIAAYagAAAAEJx0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH== of ann", "AQAAAA")]
    [InlineData("otpauth://totp/Stillpoint:ann?secret=CANARY&issuer=Stillpoint", "CANARY")]
    public void Log_ThatQuotesASecret_LosesIt(string line, string gone)
    {
        using var redaction = new SupportRedaction([], new());
        var left = Encoding.UTF8.GetString(redaction.Apply(SupportRedaction.OfLog("before\n" + line + "\nafter — é\n")));
        Assert.DoesNotContain(gone, left, StringComparison.Ordinal);
        Assert.Contains("[left out]", left, StringComparison.Ordinal);
        Assert.StartsWith("before\n", left, StringComparison.Ordinal);
        Assert.EndsWith("\nafter — é\n", left, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_ThatNamesNoSecret_StaysAsItIs()
    {
        const string log = "job 01arz3ndektsv4rrffq69g5fav of web1 is due\npassphraseFile /etc/stillpoint/passphrase cannot be read\nsetup-guide";
        using var redaction = new SupportRedaction([], new());
        Assert.Equal(log, Encoding.UTF8.GetString(redaction.Apply(SupportRedaction.OfLog(log))));
    }

    [Fact]
    public void Secret_ThatIsKnown_IsTakenOutAsItIsAndAsItStandsInJson()
    {
        const string secret = "pass \"with\" \\ é <quotes>";
        File.WriteAllText(_temp["passphrase"], secret + "\nsecond line\n");
        using var redaction = new SupportRedaction(
            [_temp["passphrase"], _temp["nowhere"]],
            new AlertSettings { Command = "notify --key canary-key", Webhook = new("https://hooks.example.org/canary/path?key=1"), Heartbeat = new("https://u:canary-pass@beat.example.org/") });
        var relaxed = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var text = $"{secret}|{JsonSerializer.Serialize(secret)}|{JsonSerializer.Serialize(secret, relaxed)}|ran notify --key canary-key|https://hooks.example.org/canary/path?key=1|u:canary-pass|second line";
        var left = Encoding.UTF8.GetString(redaction.Apply(Encoding.UTF8.GetBytes(text)));
        Assert.Equal("[left out]|\"[left out]\"|\"[left out]\"|ran [left out]|[left out]|[left out]|second line", left);
    }

    [Fact]
    public void Configuration_OfAFile_TellsKnownKeysOnly()
    {
        File.WriteAllText(_temp["a.json"], """{ "jobsAtOnce": 3, /* two */ "listen": ["0.0.0.0:7443"], "smtpPassword": "canary" }""");
        var read = SupportConfiguration.OfFile(_temp["a.json"]);
        Assert.Equal(("3", "[left out]"), (read["jobsAtOnce"], read["smtpPassword"]));
        Assert.DoesNotContain(read.Values, v => v.Contains("canary", StringComparison.Ordinal));
        File.WriteAllText(_temp["b.json"], """{ "passphrase": canary""");
        Assert.DoesNotContain(SupportConfiguration.OfFile(_temp["b.json"]).Values, v => v.Contains("canary", StringComparison.Ordinal));
        Assert.Contains("notRead", SupportConfiguration.OfFile(_temp["none.json"]).Keys);
    }
}
