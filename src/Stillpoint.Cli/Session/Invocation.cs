using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stillpoint.Cli.Grammar;
using Stillpoint.Cli.Output;
using Stillpoint.Cli.Service;
using Stillpoint.Contracts;
using Stillpoint.Control;
using Stillpoint.Hypervisor;
using Stillpoint.Model;
using Stillpoint.Texts;
using Stillpoint.Vault;
using Stillpoint.Vault.Stores;

namespace Stillpoint.Cli.Session;

/// <summary>One call of the program: what was asked, where answers go, and what is opened on the way (and closed at the end).</summary>
internal sealed class Invocation(CliWorld world, CommandLine line, LocalTexts texts) : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _opened = [];
    private StillpointControl? _control;
    private Task<ServiceLink?>? _service;

    public CliWorld World { get; } = world;

    public CommandLine Line { get; } = line;

    public LocalTexts Texts { get; } = texts;

    /// <summary>Loaded when first asked for.</summary>
    public CauseTexts CauseTexts => field ??= CauseTexts.For(Texts.Language);

    public Secrets Secrets { get; } = new(world, texts);

    public bool Json => Line.Has("json");

    public DataFolder Data => DataFolder.Choose(Line.Value("data"), World.Variable, World.IsRoot);

    /// <exception cref="FailureException">UsageInvalid, HostRemoteNeedsWorker.</exception>
    public HostUri HostUri => Line.Value("host") is { } uri ? HostUri.Parse(uri) : HostUri.Default;

    /// <summary>The service that works in the data folder; null: none answers, and the command does the work itself.</summary>
    /// <param name="concern">What of the command the service has one of its own of: named otherwise, it is not the service's to do.</param>
    /// <exception cref="FailureException">ServiceOutOfReach: it is there and does not answer. ServiceElsewhere.</exception>
    public async Task<ServiceLink?> ServiceAsync(Concern concern, CancellationToken ct)
    {
        var link = await (_service ??= FindServiceAsync(ct));
        if (link is not null && concern.HasFlag(Concern.Host) && Line.Value("host") is { } host) await link.MustBeHostAsync(HostUri.Parse(host), ct);
        if (link is not null && concern.HasFlag(Concern.Vault) && Line.Value("vault") is { } vault) await link.MustBeVaultAsync(Path.GetFullPath(vault), ct);
        return link;
    }

    /// <summary>For what needs nothing but a vault: another one than the service's is nobody's but the command's.</summary>
    public async Task<ServiceLink?> ServiceOfVaultAsync(CancellationToken ct) =>
        await ServiceAsync(Concern.Catalog, ct) is { } link && (Line.Value("vault") is not { } vault || await link.HasVaultAsync(Path.GetFullPath(vault), ct)) ? link : null;

    /// <summary>Asks the service, or does it here.</summary>
    public async Task<T> AskAsync<T>(Concern concern, Func<StillpointControl, Task<T>> here, Func<StillpointClient, Task<T>> there, CancellationToken ct) =>
        await ServiceAsync(concern, ct) is { } link ? await link.AskAsync(there) : await here(Control);

    /// <summary>The same for what only the catalog knows.</summary>
    public Task<T> AskAsync<T>(Func<StillpointControl, T> here, Func<StillpointClient, Task<T>> there, CancellationToken ct) =>
        AskAsync(Concern.Catalog, c => Task.FromResult(here(c)), there, ct);

    private async Task<ServiceLink?> FindServiceAsync(CancellationToken ct)
    {
        if (!Line.Has("standalone")) return await ServiceLink.FindAsync(Data, Texts.Language, World.Clock, ct) is { } link ? Keep(link) : null;
        // Refused before anything is done, where a service may be there.
        if (File.Exists(Data.ServiceSocket)) _ = Control;
        return null;
    }

    /// <summary>After a promise was made and no service is there to keep it: whoever made it should know.</summary>
    public async Task TellNobodyStartsAsync(CancellationToken ct)
    {
        if (!Json && !Line.Has("quiet") && await ServiceAsync(Concern.Catalog, ct) is null) World.Error.WriteLine(Texts.Of("standalone.nobody-starts"));
    }

    /// <exception cref="FailureException">DataFolderHeld: a service works there, and the command did not go through it, or cannot.</exception>
    public StillpointControl Control => _control ??= StillpointControl.Open(Data, World.Engine, World.Clock);

    public async Task<IHypervisorHost> ConnectAsync(CancellationToken ct) => Keep(await World.Connect(HostUri, ct));

    /// <summary>Closed with the call.</summary>
    public T Keep<T>(T opened) where T : IAsyncDisposable
    {
        lock (_opened) _opened.Push(opened);
        return opened;
    }

    /// <summary>As texts take a duration.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The vault named, or the default one.</summary>
    /// <exception cref="FailureException">VaultNotChosen.</exception>
    public string VaultPath => Line.Value("vault") is { } path
        ? Path.GetFullPath(path)
        : Control.Places.DefaultVault ?? throw new FailureException(FailureCode.VaultNotChosen, Stage.Input);

    /// <summary>The same where a service may work in the data folder: its vault, for what a command does in the vault by itself.</summary>
    /// <exception cref="FailureException">VaultNotChosen, and the service's.</exception>
    public async Task<string> VaultPathAsync(CancellationToken ct) =>
        !Line.Has("vault") && await ServiceAsync(Concern.Catalog, ct) is { } link ? await link.VaultAsync(ct) : VaultPath;

    public async Task<OpenedVault> OpenVaultAsync(CancellationToken ct)
    {
        var path = await VaultPathAsync(ct);
        return await OpenVaultAsync(path, SecretOf(path), ct);
    }

    /// <param name="reading">The pace at which packs are read.</param>
    public Task<OpenedVault> OpenVaultAsync(Pace reading, CancellationToken ct)
    {
        var path = VaultPath;
        return OpenVaultAsync(path, new ThrottledStore(new FolderStore(path), null, reading), VaultSecret, ct);
    }

    /// <summary>The secret is gone when the vault is open, or is not.</summary>
    public Task<OpenedVault> OpenVaultAsync(string path, VaultSecret secret, CancellationToken ct) => OpenVaultAsync(path, new FolderStore(path), secret, ct);

    private async Task<OpenedVault> OpenVaultAsync(string path, IBlobStore store, VaultSecret secret, CancellationToken ct)
    {
        using (secret) return new(Keep(await OpenVault.OpenAsync(store, secret, World.Clock, ct)), path);
    }

    /// <summary>The vault itself rather than what the engine sees of it: for looking after it.</summary>
    public async Task<OpenVault> OpenVaultForCareAsync(CancellationToken ct)
    {
        var path = await VaultPathAsync(ct);
        using var secret = SecretOf(path);
        return Keep(await OpenVault.OpenAsync(new FolderStore(path), secret, World.Clock, ct));
    }

    /// <summary>The secret of the vault named, or of the default one: asked for anew at each call, the caller's to dispose.</summary>
    public VaultSecret VaultSecret => SecretOf(VaultPath);

    /// <summary>Asked for anew at each call, the caller's to dispose.</summary>
    public VaultSecret SecretOf(string vault) => Secrets.OfVault(Line.Value("passphrase-file"), vault);

    public string Time(DateTimeOffset time) => Texts.Time(time, World.Clock.LocalTimeZone);

    public void Say(string text)
    {
        if (!Json) World.Out.WriteLine(text);
    }

    /// <summary>Results as text, or as the command's one JSON document.</summary>
    public void Show<T>(Func<T> json, JsonTypeInfo<T> type, Action text)
    {
        if (Json) World.Out.WriteLine(JsonSerializer.Serialize(json(), type));
        else text();
    }

    /// <summary>Asks unless <c>--yes</c> was given.</summary>
    /// <exception cref="FailureException">NotConfirmed: the answer was no, or there is nobody to ask.</exception>
    public void Confirm(string question)
    {
        if (Line.Has("yes")) return;
        if (World.CanAsk)
        {
            World.Error.Write(Texts.Of("prompt.confirm", ("question", question)));
            var answer = World.ReadLine()?.Trim() ?? "";
            if (Texts.Of("prompt.yes-words").Split(' ').Contains(answer, StringComparer.OrdinalIgnoreCase)) return;
        }
        throw new FailureException(FailureCode.NotConfirmed, Stage.Input);
    }

    /// <summary>A second question, for what cannot be undone: it names every point.</summary>
    /// <exception cref="FailureException">NotConfirmed.</exception>
    public void ConfirmPoints(string question, IEnumerable<string> points)
    {
        if (Line.Has("yes")) return;
        foreach (var point in points) World.Error.WriteLine($"  {point}");
        Confirm(question);
    }

    public void Warn(Failure warning)
    {
        if (!Json) Output.FailureView.Write(World.Error, Texts.Of("label.warning"), warning, Texts);
    }

    public async ValueTask DisposeAsync()
    {
        while (_opened.TryPop(out var opened)) await opened.DisposeAsync();
        _control?.Dispose();
    }
}
