using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Stillpoint.Model;
using Stillpoint.Server.Configuration;

namespace Stillpoint.Server.Hosting;

/// <summary>TLS from the first start: the certificate given, or one of our own, made once and kept for its owner alone.</summary>
internal static class ServiceCertificate
{
    private static readonly TimeSpan Valid = TimeSpan.FromDays(1825), RenewBefore = TimeSpan.FromDays(30);

    /// <returns>Made: it is new, and whoever trusts it must be told its fingerprint.</returns>
    /// <exception cref="FailureException">CertificateUnusable.</exception>
    public static (X509Certificate2 Certificate, bool Made) Load(ServerOptions options, string folder, TimeProvider clock)
    {
        if (options.Certificate is { } given) return (Read(given, options.CertificateKey!), false);
        var (certificate, key) = (Path.Combine(folder, "certificate.pem"), Path.Combine(folder, "certificate.key"));
        if (File.Exists(certificate) && File.Exists(key))
        {
            var known = Read(certificate, key);
            if (known.NotAfter.ToUniversalTime() - clock.GetUtcNow().UtcDateTime > RenewBefore) return (known, false);
            known.Dispose();
        }
        Make(certificate, key, clock.GetUtcNow());
        return (Read(certificate, key), true);
    }

    /// <summary>SHA-256 of the certificate, as <c>openssl x509 -fingerprint -sha256</c> prints it.</summary>
    public static string Fingerprint(X509Certificate2 certificate) =>
        string.Join(':', certificate.GetCertHash(HashAlgorithmName.SHA256).Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));

    private static void Make(string certificate, string key, DateTimeOffset now)
    {
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=Stillpoint on {Environment.MachineName}", pair, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in new[] { "localhost", Environment.MachineName }.Distinct(StringComparer.OrdinalIgnoreCase)) names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1")], false));
        // A day back: clocks of those who ask may be behind.
        using var made = request.CreateSelfSigned(now.AddDays(-1), now + Valid);
        Write(key, pair.ExportPkcs8PrivateKeyPem());
        Write(certificate, made.ExportCertificatePem());
    }

    private static void Write(string path, string text)
    {
        var half = path + ".new";
        File.Delete(half);
        using (var file = new FileStream(half, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(text + "\n"));
            file.Flush(flushToDisk: true);
        }
        File.Move(half, path, overwrite: true);
    }

    private static X509Certificate2 Read(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FailureException(Failure.Of(FailureCode.CertificateUnusable, Stage.Input, ("path", certificate)).With(new(certificate, e.Message)), e);
        }
    }
}
