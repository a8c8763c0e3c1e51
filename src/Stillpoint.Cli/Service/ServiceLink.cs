using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Texts;

namespace Stillpoint.Cli.Service;

/// <summary>What a command may name that the service has one of its own of.</summary>
[Flags]
internal enum Concern
{
    Catalog = 0,
    Host = 1,
    Vault = 2,
}

/// <summary>
/// The service that works in the data folder, asked over its socket: no sign-in, since whoever may open that socket may open the catalog too. Its refusals are
/// failures, as if the command had met them itself.
/// </summary>
internal sealed class ServiceLink : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _socket;
    private readonly string _data;
    private string? _vault;

    private ServiceLink(StillpointClient client, DataFolder data) => (Client, _socket, _data) = (client, data.ServiceSocket, data.Path);

    public StillpointClient Client { get; }

    /// <returns>Null: nobody listens there. A socket that a killed service left behind is nobody.</returns>
    /// <exception cref="FailureException">ServiceOutOfReach: somebody listens, and says nothing.</exception>
    public static async Task<ServiceLink?> FindAsync(DataFolder data, Language language, TimeProvider clock, CancellationToken ct)
    {
        if (!File.Exists(data.ServiceSocket)) return null;
        var link = new ServiceLink(StillpointClient.OverSocket(data.ServiceSocket, language.Tag), data);
        using var bound = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, ct);
        try
        {
            await link.Client.Access.WhoAsync(either.Token);
            return link;
        }
        catch (HttpRequestException)
        {
            link.Client.Dispose();
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            link.Client.Dispose();
            throw link.OutOfReach("no answer within 30 s");
        }
    }

    /// <exception cref="FailureException">What the service refused it for; ServiceOutOfReach.</exception>
    public async Task<T> AskAsync<T>(Func<StillpointClient, Task<T>> question)
    {
        try
        {
            return await question(Client);
        }
        catch (ProblemException e)
        {
            throw new FailureException(e.Problem.ToFailure(), e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw OutOfReach(e.Message);
        }
    }

    /// <summary>The same where there is no answer but that it is done.</summary>
    public Task DoAsync(Func<StillpointClient, Task> request) => AskAsync(async client =>
    {
        await request(client);
        return true;
    });

    public async Task<string> HostAsync(CancellationToken ct) => (await AskAsync(c => c.Vms.HostsAsync(ct)))[0].Uri;

    /// <exception cref="FailureException">VaultNotChosen.</exception>
    public async Task<string> VaultAsync(CancellationToken ct) => _vault ??=
        (await AskAsync(c => c.Vaults.ListAsync(ct))).FirstOrDefault(v => v.IsDefault)?.Path ?? throw new FailureException(FailureCode.VaultNotChosen, Stage.Input);

    /// <summary>All pages of a list, or as many as are wanted.</summary>
    public async Task<List<T>> PagesAsync<T>(Func<StillpointClient, string?, Task<Page<T>>> page, int most = int.MaxValue)
    {
        var all = new List<T>();
        string? after = null;
        do
        {
            var one = await AskAsync(c => page(c, after));
            all.AddRange(one.Items.Take(most - all.Count));
            after = one.Next;
        }
        while (after is not null && all.Count < most);
        return all;
    }

    public async Task<bool> HasVaultAsync(string path, CancellationToken ct) =>
        (await AskAsync(c => c.Vaults.ListAsync(ct))).Any(v => v.IsDefault && Plain(v.Path) == Plain(path));

    public async Task MustBeVaultAsync(string path, CancellationToken ct)
    {
        if (!await HasVaultAsync(path, ct)) throw Elsewhere("vault", path, await VaultAsync(ct));
    }

    public async Task MustBeHostAsync(HostUri host, CancellationToken ct)
    {
        if (await HostAsync(ct) is var own && own != host.Text) throw Elsewhere("host", host.Text, own);
    }

    public FailureException OutOfReach(string why) =>
        new(Failure.Of(FailureCode.ServiceOutOfReach, Stage.Connect, ("address", _socket)).With(new(_socket, why)).CanRetry());

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Plain(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private FailureException Elsewhere(string option, string asked, string own) =>
        new(FailureCode.ServiceElsewhere, Stage.Input, ("option", option), ("value", asked), ("own", own), ("path", _data));
}
