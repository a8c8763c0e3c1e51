using System.Net;
using Microsoft.Extensions.Logging;
using Stillpoint.Model;
using Stillpoint.Server.Configuration;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Server.Tests.Configuration;

public sealed class ConfigurationFileTests : IDisposable
{
    private static readonly Dictionary<string, string> NoVariables = [];
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Read_OfNothing_ListensOnLoopbackOnly()
    {
        var options = ConfigurationFile.Read(File("{}"), NoVariables);
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 7443)], options.Listen);
        Assert.Null(options.Certificate);
    }

    [Fact]
    public void Read_OfEveryKey_TakesIt()
    {
        var options = ConfigurationFile.Read(File(
            """
            {
              // a comment is fine
              "data": "/d", "host": "qemu:///session", "vault": "/v", "passphraseFile": "/p", "listen": ["0.0.0.0:1", "[::1]:2", "localhost:3"],
              "certificate": "/c", "certificateKey": "/k", "restoreFolders": ["/a", "/b"], "jobsAtOnce": 7, "sessionMinutes": 5, "bundleMegabytes": 9,
              "logLevel": "error", "schedule": "off",
            }
            """), NoVariables);
        Assert.Equal(("/d", "qemu:///session", "/v", "/p", "/c", "/k"), (options.Data, options.Host, options.Vault, options.PassphraseFile, options.Certificate, options.CertificateKey));
        Assert.Equal([new(IPAddress.Any, 1), new(IPAddress.IPv6Loopback, 2), new(IPAddress.Loopback, 3)], options.Listen);
        Assert.Equal(["/a", "/b"], options.RestoreFolders);
        Assert.Equal((7, 5, 9, LogLevel.Error, false), (options.JobsAtOnce, options.SessionMinutes, options.BundleMegabytes, options.LogLevel, options.Schedule));
    }

    [Fact]
    public void Read_WithEnvironment_LetsItWin()
    {
        var options = ConfigurationFile.Read(
            File("""{"jobsAtOnce": 7, "vault": "/file"}"""),
            new Dictionary<string, string> { ["STILLPOINTD_JOBS_AT_ONCE"] = "2", ["STILLPOINT_DATA"] = "not ours", ["PATH"] = "/bin" });
        Assert.Equal((2, "/file"), (options.JobsAtOnce, options.Vault));
    }

    [Theory]
    [InlineData("jobsAtOnce", "0", "1-64")]
    [InlineData("jobsAtOnce", "65", "1-64")]
    [InlineData("jobsAtOnce", "\"four\"", "1-64")]
    [InlineData("jobsAtOnce", "4.5", "1-64")]
    [InlineData("sessionMinutes", "4", "5-43200")]
    [InlineData("bundleMegabytes", "-1", "1-8192")]
    [InlineData("logLevel", "\"loud\"", "debug, information, warning, error")]
    [InlineData("listen", "\"127.0.0.1\"", "127.0.0.1:7443")]
    [InlineData("listen", "\"::1:7443\"", "[::1]:7443")]
    [InlineData("listen", "\"everywhere:7443\"", "ADDRESS:PORT")]
    [InlineData("listen", "[]", "ADDRESS:PORT")]
    [InlineData("vault", "\"relative\"", "absolute")]
    [InlineData("data", "null", "absolute")]
    [InlineData("host", "\"qemu+ssh://other/system\"", "qemu:///system")]
    [InlineData("restoreFolders", "[\"/a\", \"b\"]", "absolute")]
    public void Read_OfAValueThatDoesNotFit_NamesKeyAndWhatItMayBe(string key, string value, string expected)
    {
        var failure = Fails(FailureCode.ConfigInvalid, () => ConfigurationFile.Read(File($$"""{"{{key}}": {{value}}}"""), NoVariables));
        Assert.Equal(key, failure.Arguments["key"]);
        Assert.Contains(expected, failure.Arguments["expected"], StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfAnUnknownKey_NamesItAndAllThereAre()
    {
        var failure = Fails(FailureCode.ConfigUnknownKey, () => ConfigurationFile.Read(File("""{"jobsAtonce": 3}"""), NoVariables));
        Assert.Equal("jobsAtonce", failure.Arguments["key"]);
        Assert.All(ServerOptions.Keys, key => Assert.Contains(key.Name, failure.Arguments["expected"], StringComparison.Ordinal));
    }

    [Fact]
    public void Read_OfAnUnknownVariable_NamesIt()
    {
        var failure = Fails(FailureCode.ConfigUnknownKey, () => ConfigurationFile.Read(File("{}"), new Dictionary<string, string> { ["STILLPOINTD_LISTENS"] = "x" }));
        Assert.Contains("STILLPOINTD_LISTEN", failure.Arguments["expected"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "Array")]
    [InlineData("{", "LineNumber")]
    [InlineData("""{"vault": "/a", "vault": "/b"}""", "twice")]
    public void Read_OfWhatIsNoConfiguration_SaysWhere(string text, string why) =>
        Assert.Contains(why, Fails(FailureCode.ConfigUnreadable, () => ConfigurationFile.Read(File(text), NoVariables)).Evidence.Single().Text, StringComparison.Ordinal);

    [Fact]
    public void Read_OfACertificateWithoutItsKey_AsksForTheKey() =>
        Assert.Equal("certificateKey", Fails(FailureCode.ConfigInvalid, () => ConfigurationFile.Read(File("""{"certificate": "/c"}"""), NoVariables)).Arguments["key"]);

    [Fact]
    public void Read_OfAFileThatIsNamedAndNotThere_Fails() =>
        Fails(FailureCode.ConfigUnreadable, () => ConfigurationFile.Read(_temp["none.json"], NoVariables));

    private static Failure Fails(FailureCode code, Func<object> read)
    {
        var e = Assert.Throws<FailureException>(read);
        Assert.Equal(code, e.Failure.Code);
        return e.Failure;
    }

    private string File(string text)
    {
        System.IO.File.WriteAllText(_temp["c.json"], text);
        return _temp["c.json"];
    }
}
