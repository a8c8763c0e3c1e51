using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Stillpoint.Fabric.Keys;
using Stillpoint.Fabric.Tests.Goals;
using Stillpoint.Fabric.Wire;
using Stillpoint.TestKit;
using Xunit;

namespace Stillpoint.Fabric.Tests.Keys;

public sealed class KeyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The commands are the agent's and the handler's own, as reading them shows.</summary>
    [Fact]
    [Trait("Needs", Needs.Tools)]
    public async Task Settings_SealedForAVm_AreOpenedByTheAgentsOwnCommands()
    {
        Needs.Programs("openssl", "sh");
        var goal = Samples.Goal();
        await ShellAsync("openssl req -x509 -nodes -subj /CN=LinuxTransport -days 730 -newkey rsa:2048 -keyout TransportPrivate.pem -out TransportCert.pem");
        var header = string.Concat(File.ReadLines(_folder["TransportCert.pem"]).Where(line => !line.StartsWith('-')));
        Assert.True(AgentEnvelope.TrySeal(goal.Key, header, out var envelope));
        await File.WriteAllTextAsync(_folder["Certificates.p7m"],
            "MIME-Version:1.0\nContent-Disposition: attachment; filename=\"Certificates.p7m\"\nContent-Type: application/x-pkcs7-mime; name=\"Certificates.p7m\"\nContent-Transfer-Encoding: base64\n\n"
            + WireDocuments.Certificates(goal, envelope).Element("Data")!.Value + "\n");
        await ShellAsync("openssl cms -decrypt -in Certificates.p7m -inkey TransportPrivate.pem -recip TransportCert.pem | openssl pkcs12 -nodes -password pass: -out Certificates.pem");
        await ShellAsync("openssl x509 -in Certificates.pem -out own.crt && openssl pkey -in Certificates.pem -out own.prv");
        Assert.Contains(SettingsKey.Thumbprint(goal.Key), (await ShellAsync("openssl x509 -in own.crt -noout -fingerprint -sha1")).Replace(":", "", StringComparison.Ordinal), StringComparison.Ordinal);

        await File.WriteAllTextAsync(_folder["protected"], Convert.ToBase64String(goal.Extension.Protected!));
        Assert.Equal("""{"token":"t"}""", await ShellAsync("base64 -d protected | openssl cms -inform DER -decrypt -recip own.crt -inkey own.prv"));
    }

    [Fact]
    public void Key_OfEachVm_IsItsOwnAndOpensNoOther()
    {
        var (one, other) = (SettingsKey.Make(Samples.Vm, Samples.Now), SettingsKey.Make(Samples.Vm, Samples.Now));
        Assert.NotEqual(SettingsKey.Thumbprint(one), SettingsKey.Thumbprint(other));
        Assert.ThrowsAny<CryptographicException>(() => SettingsKey.Open(other, SettingsKey.Seal(one, [1, 2, 3])));
    }

    [Fact]
    public void Certificate_ThatIsNone_GetsNoKey()
    {
        var key = SettingsKey.Make(Samples.Vm, Samples.Now);
        using var small = RSA.Create(1024);
        using var curve = ECDsa.Create();
        var weak = new CertificateRequest("CN=weak", small, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(Samples.Now, Samples.Now.AddDays(1));
        var unfit = new CertificateRequest("CN=curve", curve, HashAlgorithmName.SHA256).CreateSelfSigned(Samples.Now, Samples.Now.AddDays(1));
        string?[] refused = [null, "", "%%%", "AAAA", new string('A', 8196), Convert.ToBase64String(weak.RawData), Convert.ToBase64String(unfit.RawData)];
        Assert.All(refused, header => Assert.False(AgentEnvelope.TrySeal(key, header, out _)));
    }

    private async Task<string> ShellAsync(string command) => (await Tool.RunAsync(new ToolCall("sh", ["-euc", command], Folder: _folder.Path))).Must().Out;
}
