using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mail;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using Stillpoint.Model;

namespace Stillpoint.Control.Alerts;

/// <summary>Sends by every way that is set. What one of them did not take is sent again, by all: who gets an alert twice knows it by its id.</summary>
internal sealed class AlertSender(AlertSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public bool HasWays => settings.Command is not null || settings.Webhook is not null || settings.Smtp is not null;

    /// <exception cref="FailureException">AlertNotSent, with the way and its words.</exception>
    public async Task SendAsync(AlertMessage message, CancellationToken ct)
    {
        var body = message.ToBytes();
        if (settings.Webhook is { } webhook) await BoundedAsync("webhook", webhook.ToString(), t => PostAsync(webhook, body, t), ct);
        if (settings.Smtp is { } server) await BoundedAsync("smtp", server, t => MailAsync(message, t), ct);
        if (settings.Command is { } command) await BoundedAsync("command", command, t => RunAsync(command, body, t), ct);
    }

    /// <exception cref="FailureException">AlertNotSent.</exception>
    public Task BeatAsync(CancellationToken ct) => settings.Heartbeat is not { } url ? Task.CompletedTask : BoundedAsync("heartbeat", url.ToString(), async t =>
    {
        using var answer = await Client.GetAsync(url, t);
        answer.EnsureSuccessStatusCode();
    }, ct);

    private async Task PostAsync(Uri url, byte[] body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (settings.WebhookSecretFile is { } file)
        {
            var time = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
            var secret = Encoding.UTF8.GetBytes(File.ReadLines(file).First());
            // The time is signed too: what was once sent cannot be sent again by others later.
            byte[] signed = [.. Encoding.UTF8.GetBytes(time + "."), .. body];
            var signature = HMACSHA256.HashData(secret, signed);
            CryptographicOperations.ZeroMemory(secret);
            request.Headers.Add("X-Stillpoint-Timestamp", time);
            request.Headers.Add("X-Stillpoint-Signature", "sha256=" + Convert.ToHexStringLower(signature));
        }
        using var answer = await Client.SendAsync(request, ct);
        answer.EnsureSuccessStatusCode();
    }

    private async Task MailAsync(AlertMessage message, CancellationToken ct)
    {
        using var client = new SmtpClient(settings.SmtpHost, settings.SmtpPort!.Value);
        using var mail = new MailMessage(settings.MailFrom!, settings.MailTo!)
        {
            // A name is anybody's: a line end in it would be another header.
            Subject = string.Concat($"Stillpoint: {message.Name}: {message.Kind} ({message.State})".Select(c => char.IsControl(c) ? ' ' : c)),
            Body = message.Text + "\r\n\r\n" + message.Id,
            BodyEncoding = Encoding.UTF8,
            BodyTransferEncoding = TransferEncoding.QuotedPrintable,
        };
        await client.SendMailAsync(mail, ct);
    }

    private static async Task RunAsync(string command, byte[] body, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        try
        {
            var (said, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(body, ct);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It does not read what it is told; its exit code says whether that was well.
            }
            await process.WaitForExitAsync(ct);
            if (process.ExitCode != 0) throw new IOException($"exit code {process.ExitCode}\n{await said}{await errors}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private async Task BoundedAsync(string way, string target, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(Bound, clock);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            await work(bound.Token);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw NotSent(way, target, $"no end within {Bound.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or SmtpException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw NotSent(way, target, e.InnerException?.Message is { } inner ? $"{e.Message} {inner}" : e.Message, e);
        }
    }

    private static FailureException NotSent(string way, string target, string words, Exception e) =>
        new(Failure.Of(FailureCode.AlertNotSent, Stage.Input, ("way", way)).With(new(target, words)).CanRetry(), e);
}
