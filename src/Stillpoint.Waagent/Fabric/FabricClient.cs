using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;
using Stillpoint.Model;

namespace Stillpoint.Waagent;

/// <summary>
/// Commands to `stillpoint-fabricd` by its socket, which only its own user and root may open. Refusals are <see cref="FailureException"/>; a service that does
/// not answer is an <see cref="HttpRequestException"/>. Safe for many threads.
/// </summary>
public sealed class FabricClient : IDisposable
{
    /// <summary>Longer than the longest wait that is asked for; what takes so long has no answer.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(75);

    private readonly HttpClient _http;

    public FabricClient(string socket) => _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        ConnectCallback = async (_, ct) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
                return new NetworkStream(connection, ownsSocket: true);
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        },
    })
    {
        BaseAddress = new("http://localhost"),
        Timeout = Bound,
    };

    /// <exception cref="FailureException">RequestInvalid, DataFolderUnusable.</exception>
    public async Task<GoalView> PutGoalAsync(VmId vm, GoalRequest goal, CancellationToken ct)
    {
        using var content = JsonContent.Create(goal, FabricJson.Default.GoalRequest);
        return await SendAsync(HttpMethod.Put, $"/vms/{vm}", content, FabricJson.Default.GoalView, ct);
    }

    /// <exception cref="FailureException">VmNotFound.</exception>
    public Task<VmReport> GetVmAsync(VmId vm, CancellationToken ct) => SendAsync(HttpMethod.Get, $"/vms/{vm}", null, FabricJson.Default.VmReport, ct);

    /// <summary>From now on the VM gets no answer; its agent keeps what it has. Uninstall the extension first.</summary>
    public async Task ForgetVmAsync(VmId vm, CancellationToken ct)
    {
        using var answer = await AskAsync(HttpMethod.Delete, $"/vms/{vm}", null, ct);
    }

    public Task<FabricView> GetAsync(CancellationToken ct) => SendAsync(HttpMethod.Get, "/", null, FabricJson.Default.FabricView, ct);

    /// <param name="package">A handler package, at most 256 MiB. A version that is there already must be the same.</param>
    /// <exception cref="FailureException">RequestInvalid, RequestTooLarge, DataFolderUnusable.</exception>
    public async Task PublishAsync(string name, string version, Stream package, CancellationToken ct)
    {
        using var content = new StreamContent(package);
        using var answer = await AskAsync(HttpMethod.Put, $"/packages/{name}/{version}", content, ct);
    }

    /// <summary>Opens a snapshot for a VM; one that was open before is closed. Its address goes into the VM's goal.</summary>
    /// <exception cref="FailureException">RequestInvalid: also where the service has no address for it.</exception>
    public async Task<SnapshotTicketView> OpenSnapshotAsync(VmId vm, SnapshotRequest request, CancellationToken ct)
    {
        using var content = JsonContent.Create(request, FabricJson.Default.SnapshotRequest);
        return await SendAsync(HttpMethod.Put, $"/vms/{vm}/snapshot", content, FabricJson.Default.SnapshotTicketView, ct);
    }

    /// <summary>Returns as soon as there is something newer than <paramref name="after"/>, at the latest after <paramref name="wait"/> (at most 60 s).</summary>
    /// <exception cref="FailureException">VmNotFound: it is not open any more.</exception>
    public Task<SnapshotView> WatchSnapshotAsync(VmId vm, string task, long after, TimeSpan wait, CancellationToken ct) => SendAsync(
        HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/vms/{vm}/snapshot/{task}?after={after}&wait={Math.Max(0, (long)wait.TotalMilliseconds)}"),
        null, FabricJson.Default.SnapshotView, ct);

    /// <summary>The word that the guest waits for.</summary>
    /// <returns>False: it does not wait.</returns>
    public async Task<bool> AnswerSnapshotAsync(VmId vm, string task, SnapshotAnswer answer, CancellationToken ct)
    {
        using var content = JsonContent.Create(answer, FabricJson.Default.SnapshotAnswer);
        return (await SendAsync(HttpMethod.Put, $"/vms/{vm}/snapshot/{task}", content, FabricJson.Default.SnapshotAnswered, ct)).Waited;
    }

    /// <summary>From now on nobody may ask; who waits is refused.</summary>
    public async Task CloseSnapshotAsync(VmId vm, string task, CancellationToken ct)
    {
        using var answer = await AskAsync(HttpMethod.Delete, $"/vms/{vm}/snapshot/{task}", null, ct);
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using var answer = await AskAsync(method, path, content, ct);
        return (await answer.Content.ReadFromJsonAsync(type, ct))!;
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        var answer = await SendAsync(request, ct);
        if (answer.IsSuccessStatusCode) return answer;
        using (answer)
        {
            if (answer.Content.Headers.ContentType?.MediaType is not "application/problem+json")
                throw new HttpRequestException($"{method} {path}: {(int)answer.StatusCode}", null, answer.StatusCode);
            throw Failed((await answer.Content.ReadFromJsonAsync(FabricJson.Default.FailureAnswer, ct))!);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        try
        {
            return await _http.SendAsync(request, ct);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new HttpRequestException($"{request.Method} {request.RequestUri}: no answer in {Bound.TotalSeconds:0} s", e);
        }
    }

    private static FailureException Failed(FailureAnswer answer) => new(new Failure(
        Enum.GetValues<FailureCode>().First(code => code.ToText() == answer.Code), Enum.GetValues<Stage>().First(stage => stage.ToText() == answer.Stage),
        answer.Arguments, answer.Evidence));
}
