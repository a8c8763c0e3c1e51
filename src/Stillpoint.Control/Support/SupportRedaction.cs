using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Stillpoint.Control.Alerts;
using Stillpoint.Model;

namespace Stillpoint.Control.Support;

/// <summary>
/// Takes secrets out of what was gathered, should one have got there: those that are known (read from their files, and zeroed after), and whatever has the
/// form of one of ours. A second lock: nothing that is gathered should hold one.
/// </summary>
internal sealed partial class SupportRedaction : IDisposable
{
    /// <summary>What is shorter stands in many a text by chance, and taking it out would tell it.</summary>
    private const int Shortest = 6;

    private static readonly byte[] LeftOut = "[left out]"u8.ToArray();
    private readonly List<byte[]> _known = [];

    public SupportRedaction(IEnumerable<string> files, AlertSettings alerts)
    {
        foreach (var file in files.Distinct(StringComparer.Ordinal))
        {
            try
            {
                SecretFile.FirstLine(file, guarded: true, Keep);
            }
            catch (FailureException)
            {
                // What cannot be read here cannot have been read into the bundle.
            }
        }
        foreach (var address in new[] { alerts.Webhook, alerts.Heartbeat }.OfType<Uri>())
        {
            Keep(Encoding.UTF8.GetBytes(address.OriginalString));
            Keep(Encoding.UTF8.GetBytes(address.ToString()));
            Keep(Encoding.UTF8.GetBytes(address.PathAndQuery));
            Keep(Encoding.UTF8.GetBytes(address.UserInfo));
        }
        if (alerts.Command is { } command) Keep(Encoding.UTF8.GetBytes(command));
        // The longest first: a part of it must not be taken out of its midst.
        _known.Sort((a, b) => b.Length - a.Length);
    }

    public byte[] Apply(byte[] content)
    {
        foreach (var secret in _known) content = Without(content, secret);
        // Bytes as characters, one each: what is no text stays as it is.
        return Encoding.Latin1.GetBytes(Ours().Replace(Encoding.Latin1.GetString(content), "[left out]"));
    }

    /// <summary>Lines in which somebody names a secret beside its value.</summary>
    public static byte[] OfLog(string log) => Encoding.UTF8.GetBytes(Named().Replace(log, "${name}[left out]"));

    public void Dispose()
    {
        foreach (var secret in _known) CryptographicOperations.ZeroMemory(secret);
    }

    private bool Keep(ReadOnlySpan<byte> secret)
    {
        if (secret.Length < Shortest) return false;
        Add(secret);
        if (!Utf8.IsValid(secret)) return true;
        // As it stands in JSON, where that is another text.
        foreach (var encoder in new[] { JavaScriptEncoder.UnsafeRelaxedJsonEscaping, JavaScriptEncoder.Default })
        {
            var escaped = JsonEncodedText.Encode(secret, encoder).EncodedUtf8Bytes;
            if (!escaped.SequenceEqual(secret)) Add(escaped);
        }
        return true;
    }

    private void Add(ReadOnlySpan<byte> secret)
    {
        var kept = GC.AllocateUninitializedArray<byte>(secret.Length, pinned: true);
        secret.CopyTo(kept);
        _known.Add(kept);
    }

    private static byte[] Without(byte[] content, byte[] secret)
    {
        if (content.AsSpan().IndexOf(secret) < 0) return content;
        var clean = new MemoryStream(content.Length);
        var rest = content.AsSpan();
        for (int at; (at = rest.IndexOf(secret)) >= 0; rest = rest[(at + secret.Length)..])
        {
            clean.Write(rest[..at]);
            clean.Write(LeftOut);
        }
        clean.Write(rest);
        return clean.ToArray();
    }

    /// <summary>Tokens, sessions, the set-up token, recovery keys, password hashes, an authenticator's secret.</summary>
    [GeneratedRegex(@"\b(?:spt_|sps_|setup-)[0-9a-f]{16,}|\bsprk1-[0-9a-z-]{20,}|\bAQAAAA[0-9A-Za-z+/]{40,}={0,2}|otpauth://[^\s""]+", RegexOptions.CultureInvariant)]
    private static partial Regex Ours();

    [GeneratedRegex(@"(?<name>\b(?:password|passphrase|passwd|secret|token|authorization|cookie)\b[""']?\s*[=:]\s*)[^\r\n,}]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}
