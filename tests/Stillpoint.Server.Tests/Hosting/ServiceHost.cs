using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Control.Access;
using Stillpoint.Control.Tests.Fakes;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Server.Access;
using Stillpoint.Server.Configuration;
using Stillpoint.Server.Hosting;
using Stillpoint.TestKit;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Server.Tests.Hosting;

/// <summary>The whole service: real sockets, TLS, catalog and vault; a stand-in for hypervisor and engine.</summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private readonly List<IDisposable> _clients = [];

    public TempFolder Folder { get; } = new();

    public FakeEngine Engine { get; } = new();

    public Func<IHypervisorHost> Hypervisor { get; set; } = FakeHost.New;

    /// <summary>Where several hosts are to be told apart.</summary>
    public Func<HostUri, IHypervisorHost>? HypervisorOf { get; set; }

    /// <summary>Folder of a built portal.</summary>
    public string? Portal { get; set; }

    public ShiftedClock Clock { get; } = new();

    public ServerOptions Options { get; set; } = new() { Listen = [new(IPAddress.Loopback, 0)], LogLevel = LogLevel.None, Schedule = false };

    public StringWriter Out { get; } = new();

    public StillpointServer Server { get; private set; } = null!;

    public DataFolder Data => new(Folder["data"]);

    public string VaultFolder => Folder["vault"];

    public Uri Address => new(Server.Addresses.Single(a => a.StartsWith("https:", StringComparison.Ordinal)));

    public AccessTables Access => Server.Services.GetRequiredService<AccessTables>();

    public T Part<T>() where T : notnull => Server.Services.GetRequiredService<T>();

    /// <summary>Without a vault chosen.</summary>
    public static async Task<ServiceHost> StartBareAsync(Action<ServiceHost>? prepare = null)
    {
        var host = new ServiceHost();
        prepare?.Invoke(host);
        await host.StartAsync();
        return host;
    }

    public static async Task<ServiceHost> StartAsync(Action<ServiceHost>? prepare = null)
    {
        var host = new ServiceHost();
        File.WriteAllText(host.Folder["passphrase"], "open sesame\n");
        File.SetUnixFileMode(host.Folder["passphrase"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using (var secret = new Passphrase("open sesame"))
            await VaultInit.CreateAsync(new FolderStore(host.VaultFolder), new VaultSettings(PassphraseRounds: 1), secret, TimeProvider.System, CancellationToken.None);
        host.Options = host.Options with { Vault = host.VaultFolder, PassphraseFile = host.Folder["passphrase"], RestoreFolders = [host.Folder["restored"]] };
        prepare?.Invoke(host);
        await host.StartAsync();
        return host;
    }

    public async Task StartAsync() => Server = await StillpointServer.StartAsync(Parts(), CancellationToken.None);

    public ServerParts Parts() => new()
    {
        Options = Options, Data = Data, Clock = Clock, Engine = Engine, Connect = ConnectAsync, Variable = _ => null, Out = Out,
        UsualSecretFile = Folder["usual-secret"], Portal = Portal,
    };

    private Task<IHypervisorHost> ConnectAsync(HostUri uri, CancellationToken ct)
    {
        try
        {
            return Task.FromResult(HypervisorOf?.Invoke(uri) ?? Hypervisor());
        }
        catch (FailureException e)
        {
            return Task.FromException<IHypervisorHost>(e);
        }
    }

    public async Task RestartAsync()
    {
        await Server.DisposeAsync();
        await StartAsync();
    }

    /// <summary>A user with a known password.</summary>
    public void AddUser(string name, Role role, params string[]? vms) =>
        Access.Users.Add(new(name, role, VmScope.Of(vms is { Length: > 0 } ? vms : null), Part<Passwords>().Hash(Password), null, 0, 1, Clock.GetUtcNow()));

    /// <summary>By a token of a user made for it.</summary>
    public StillpointClient Client(Role role = Role.Admin, params string[] vms) => Keep(StillpointClient.OverNetwork(Address, Token(role, vms), Server.Fingerprint));

    public string Token(Role role, params string[] vms)
    {
        var name = $"{role.ToText()}-{Ulid.New(Clock)}";
        AddUser(name, role, vms);
        return Access.Keys.Add(new(Ulid.New(Clock).ToString(), KeyKind.Token, name, "test", role, VmScope.All, null, Clock.GetUtcNow(), Clock.GetUtcNow().AddDays(1), null));
    }

    /// <summary>As a browser does: keeps cookies. Bare HTTP, for what the typed client would not send.</summary>
    public HttpClient Browser(string? token = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new() };
        var expected = Convert.FromHexString(Server.Fingerprint.Replace(":", "", StringComparison.Ordinal));
        handler.SslOptions.RemoteCertificateValidationCallback = (_, c, _, _) => c is not null && c.GetCertHash(HashAlgorithmName.SHA256).SequenceEqual(expected);
        var http = Keep(new HttpClient(handler) { BaseAddress = Address });
        if (token is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    /// <summary>By the socket.</summary>
    public StillpointClient Local() => Keep(StillpointClient.OverSocket(Data.ServiceSocket));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        await Server.DisposeAsync();
        Folder.Dispose();
    }

    private T Keep<T>(T client) where T : IDisposable
    {
        _clients.Add(client);
        return client;
    }
}

/// <summary>The system's time, moved on when the test says.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private TimeSpan _by;

    public void Advance(TimeSpan by) => _by += by;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _by;
}
