using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stillpoint.Extension.Snapshot;

/// <summary>
/// The snapshot endpoint, in the shapes of Azure's own: `presnapshot` says that all is ready, `dosnapshot` has the snapshot taken. One connection for all, made
/// before anything is frozen; calls that block, so that a frozen guest needs no thread that is not there yet.
/// </summary>
internal sealed class SnapshotCaller : IDisposable
{
    private static readonly TimeSpan Unhurried = TimeSpan.FromSeconds(20);
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly Uri _endpoint;

    public SnapshotCaller(Uri endpoint) => _endpoint = endpoint;

    /// <summary>Nothing is frozen yet, and from its answer on something may be.</summary>
    /// <exception cref="WorkException">NoNetwork, TooLate, HostRefused.</exception>
    public void Prepare(string task)
    {
        var (status, body) = Call(HttpMethod.Post, "presnapshot", new JsonObject { ["taskId"] = task }.ToJsonString(), Unhurried);
        if (status is 404 or 410) throw new WorkException(StatusCode.TooLate, $"presnapshot: {status}");
        if (status is not 200 || body.Length == 0) throw new WorkException(StatusCode.HostRefused, $"presnapshot: {status} {body}");
    }

    /// <summary>The one call while frozen.</summary>
    /// <exception cref="WorkException">NoNetwork: no answer within the bound. HostRefused: one that is no snapshot.</exception>
    public void TakeSnapshot(string task, TimeSpan bound)
    {
        var (status, body) = Call(HttpMethod.Post, "dosnapshot", new JsonObject { ["taskId"] = task, ["diskIds"] = new JsonArray(-1) }.ToJsonString(), bound);
        if (status is not 200 || !AllSuccessful(body)) throw new WorkException(StatusCode.HostRefused, $"dosnapshot: {status} {body}");
    }

    /// <returns>False: nobody took it. The agent tells the host as well.</returns>
    public bool TryReport(string report)
    {
        try
        {
            return Call(HttpMethod.Put, "status", report, Unhurried).Status is 200 or 201;
        }
        catch (WorkException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private (int Status, string Body) Call(HttpMethod method, string what, string content, TimeSpan bound)
    {
        var uri = new UriBuilder(_endpoint) { Path = $"{_endpoint.AbsolutePath.TrimEnd('/')}/{what}" }.Uri;
        using var request = new HttpRequestMessage(method, uri) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(content)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var limit = new CancellationTokenSource(bound);
        try
        {
            using var answer = _http.Send(request, HttpCompletionOption.ResponseContentRead, limit.Token);
            using var reader = new StreamReader(answer.Content.ReadAsStream(limit.Token));
            return ((int)answer.StatusCode, reader.ReadToEnd());
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            throw new WorkException(StatusCode.NoNetwork, $"{what}: {(e is OperationCanceledException ? $"no answer in {bound.TotalSeconds:0.#} s" : e.Message)}", e);
        }
    }

    /// <summary>Azure says it with a string.</summary>
    private static bool AllSuccessful(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var list = document.RootElement.GetProperty("snapshotInfo");
            return list.GetArrayLength() > 0 && list.EnumerateArray().All(one => one.GetProperty("isSuccessful").GetString() == "true");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}
