using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace Stillpoint.Fabric.Keys;

/// <summary>
/// Seals a VM's key for the certificate that its agent shows with the request. The agent makes a new one at each start, so nothing is kept. Agents ask
/// for 3DES or AES-128; all of them open it by OpenSSL, which takes what the message says, so it is AES-256.
/// </summary>
internal static class AgentEnvelope
{
    public const string Aes256Cbc = "2.16.840.1.101.3.4.1.42";
    private const int LeastBits = 2048, MostBits = 8192, MostCharacters = 8192;

    /// <param name="certificate">Base64 of its DER, as the agent's header has it.</param>
    /// <returns>False: that is no certificate with an RSA key of 2,048 to 8,192 bits.</returns>
    public static bool TrySeal(byte[] key, string? certificate, [NotNullWhen(true)] out byte[]? envelope)
    {
        envelope = null;
        if (certificate is not { Length: > 0 and <= MostCharacters }) return false;
        try
        {
            using var recipient = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(certificate));
            using var rsa = recipient.GetRSAPublicKey();
            if (rsa is null || rsa.KeySize is < LeastBits or > MostBits) return false;
            var cms = new EnvelopedCms(new ContentInfo(key), new(new Oid(Aes256Cbc)));
            cms.Encrypt(new CmsRecipient(SubjectIdentifierType.IssuerAndSerialNumber, recipient));
            envelope = cms.Encode();
            return true;
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return false;
        }
    }
}
