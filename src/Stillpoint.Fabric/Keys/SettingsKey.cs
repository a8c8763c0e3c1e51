using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using Stillpoint.Model;

namespace Stillpoint.Fabric.Keys;

/// <summary>
/// A VM's key for protected settings: RSA with a certificate of its own, as PKCS#12 with an empty password (the agent's own command has that one, and
/// OpenSSL 3 opens it only in modern ciphers). The file of the VM is what protects it on the host; on its way it is in an <see cref="AgentEnvelope"/>.
/// </summary>
internal static class SettingsKey
{
    public const string NoPassword = "";
    private const int Bits = 2048;

    public static byte[] Make(VmId vm, DateTimeOffset now)
    {
        using var rsa = RSA.Create(Bits);
        var request = new CertificateRequest($"CN=Stillpoint settings {vm}", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(20));
        return certificate.ExportPkcs12(Pkcs12ExportPbeParameters.Pbes2Aes256Sha256, NoPassword);
    }

    /// <summary>SHA-1 of the certificate, upper case: its name in the protocol, and nothing that security rests on.</summary>
    public static string Thumbprint(byte[] key)
    {
        using var certificate = Load(key);
        return certificate.Thumbprint;
    }

    /// <returns>CMS, DER.</returns>
    public static byte[] Seal(byte[] key, byte[] settings)
    {
        using var certificate = Load(key);
        var cms = new EnvelopedCms(new ContentInfo(settings), new(new Oid(AgentEnvelope.Aes256Cbc)));
        cms.Encrypt(new CmsRecipient(certificate));
        return cms.Encode();
    }

    public static byte[] Open(byte[] key, byte[] sealedSettings)
    {
        using var certificate = Load(key);
        var cms = new EnvelopedCms();
        cms.Decode(sealedSettings);
        cms.Decrypt([certificate]);
        return cms.ContentInfo.Content;
    }

    private static X509Certificate2 Load(byte[] key) => X509CertificateLoader.LoadPkcs12(key, NoPassword, X509KeyStorageFlags.EphemeralKeySet);
}
