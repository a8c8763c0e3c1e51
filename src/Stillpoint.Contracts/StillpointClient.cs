using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Stillpoint.Contracts;

/// <summary>
/// The service's interface as calls. Every answer that is no success is a <see cref="ProblemException"/>; a service that does not answer is an
/// <see cref="HttpRequestException"/>. Safe for many threads.
/// </summary>
public sealed class StillpointClient : IDisposable
{
    private const string Root = "/api/v1";
    private readonly HttpClient _http;

    /// <param name="http">With its base address; disposed with this.</param>
    /// <param name="language">Of the words in answers: en, nl, zh-Hans, pt-BR, fr.</param>
    public StillpointClient(HttpClient http, string language = "en")
    {
        _http = http;
        _http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        // A job's events come as long as it runs; each call is bounded by its caller's token.
        _http.Timeout = Timeout.InfiniteTimeSpan;
    }

    public AccessCalls Access => new(this);

    public VmCalls Vms => new(this);

    public PointCalls Points => new(this);

    public JobCalls Jobs => new(this);

    public VaultCalls Vaults => new(this);

    public PolicyCalls Policies => new(this);

    public PlanCalls Plan => new(this);

    public AlertCalls Alerts => new(this);

    public DoctorCalls Doctor => new(this);

    public SupportCalls Support => new(this);

    /// <summary>By the service's own socket, which only its user and root may open: no sign-in.</summary>
    public static StillpointClient OverSocket(string path, string language = "en") => new(
        new HttpClient(new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = async (_, ct) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        {
            BaseAddress = new("http://localhost"),
        }, language);

    /// <param name="fingerprint">Of the certificate (SHA-256, hexadecimal, colons or none), for one that no authority signed; null: authorities are asked.</param>
    public static StillpointClient OverNetwork(Uri address, string? token, string? fingerprint = null, string language = "en")
    {
        var handler = new SocketsHttpHandler { UseCookies = false };
        if (fingerprint is not null)
        {
            var pinned = Convert.FromHexString(fingerprint.Replace(":", "", StringComparison.Ordinal));
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is not null && CryptographicOperations.FixedTimeEquals(certificate.GetCertHash(HashAlgorithmName.SHA256), pinned);
        }
        var http = new HttpClient(handler) { BaseAddress = address };
        if (token is not null) http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return new(http, language);
    }

    public void Dispose() => _http.Dispose();

    internal Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct) => SendAsync(new(HttpMethod.Get, Root + path), type, ct);

    /// <returns>Null: there is nothing (204).</returns>
    internal async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct) where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Root + path);
        using var answer = await AskAsync(request, ct);
        return answer.StatusCode is System.Net.HttpStatusCode.NoContent ? null : await answer.Content.ReadFromJsonAsync(type, ct);
    }

    internal Task<TOut> PostAsync<TIn, TOut>(string path, TIn body, JsonTypeInfo<TIn> input, JsonTypeInfo<TOut> output, CancellationToken ct, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Root + path) { Content = JsonContent.Create(body, input) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return SendAsync(request, output, ct);
    }

    internal Task<TOut> PostAsync<TOut>(string path, HttpContent? body, JsonTypeInfo<TOut> output, CancellationToken ct) =>
        SendAsync(new(HttpMethod.Post, Root + path) { Content = body }, output, ct);

    /// <summary>For an answer that is a file.</summary>
    internal async Task<byte[]> PostForBytesAsync<TIn>(string path, TIn body, JsonTypeInfo<TIn> input, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Root + path) { Content = JsonContent.Create(body, input) };
        using var answer = await AskAsync(request, ct);
        return await answer.Content.ReadAsByteArrayAsync(ct);
    }

    /// <param name="match">The <c>ETag</c> that was read; null: none is sent.</param>
    internal Task<TOut> PutAsync<TIn, TOut>(string path, TIn body, JsonTypeInfo<TIn> input, JsonTypeInfo<TOut> output, string? match, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, Root + path) { Content = JsonContent.Create(body, input) };
        if (match is not null) request.Headers.IfMatch.Add(new(match));
        return SendAsync(request, output, ct);
    }

    internal Task<T> DeleteAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct) => SendAsync(new(HttpMethod.Delete, Root + path), type, ct);

    internal async Task DeleteAsync(string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, Root + path);
        using var answer = await AskAsync(request, ct);
    }

    internal IAsyncEnumerable<JobNotice> FollowAsync(string path, CancellationToken ct) => FollowAsync(HttpMethod.Get, path, ContractsJson.Default.JobNotice, ct);

    internal async IAsyncEnumerable<T> FollowAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, Root + path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var answer = await AskAsync(request, ct);
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        var parser = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize(data, type)!);
        await foreach (var item in parser.EnumerateAsync(ct)) yield return item.Data;
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using (request)
        {
            using var answer = await AskAsync(request, ct);
            return (await answer.Content.ReadFromJsonAsync(type, ct))!;
        }
    }

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
        {
            throw answer.Content.Headers.ContentType?.MediaType is "application/problem+json"
                ? new ProblemException((await answer.Content.ReadFromJsonAsync(ContractsJson.Default.Problem, ct))!)
                : new HttpRequestException($"{request.Method} {request.RequestUri}: {(int)answer.StatusCode}", null, answer.StatusCode);
        }
    }
}
