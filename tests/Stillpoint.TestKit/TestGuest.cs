using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stillpoint.TestKit;

/// <summary>
/// A real guest: two disks (vda qcow2, vdb raw at /data), the stock agent, and <c>stillpoint-writer</c> writing to both from its boot on.
/// Boot one per suite (20 s emulated) and bring it back with <see cref="ResetAsync"/> between cases that need it.
/// </summary>
public sealed class TestGuest
{
    private static readonly TimeSpan BootBound = TimeSpan.FromMinutes(3);
    private static int _bootRetries;
    private readonly GuestImage _image;
    private readonly string _accelerator;

    private readonly string _devices;

    private TestGuest(PrivateLibvirt libvirt, GuestImage image, string accelerator, string name, string devices = "") =>
        (Libvirt, _image, _accelerator, Name, Folder, _devices) = (libvirt, image, accelerator, name, Path.Combine(libvirt.Folder, name), devices);

    /// <summary>Boots in this process that had to be tried twice.</summary>
    public static int BootRetries => _bootRetries;

    public PrivateLibvirt Libvirt { get; }

    public string Name { get; }

    /// <summary>Holds the disks.</summary>
    public string Folder { get; }

    public string SystemDisk => Path.Combine(Folder, "system.qcow2");

    public string DataDisk => Path.Combine(Folder, "data.raw");

    public static async Task<TestGuest> BootAsync(PrivateLibvirt libvirt, string name = "guest")
    {
        var guest = await DefineAsync(libvirt, name);
        await guest.StartAsync();
        return guest;
    }

    /// <summary>Defined with fresh disks, powered off.</summary>
    /// <param name="with">Debian packages that its image has besides, with commas between them.</param>
    /// <param name="devices">XML of devices that it has besides.</param>
    public static async Task<TestGuest> DefineAsync(PrivateLibvirt libvirt, string name = "guest", string? with = null, string devices = "")
    {
        var image = await GuestImage.GetAsync(with);
        var guest = new TestGuest(libvirt, image, await image.AcceleratorAsync(), name, devices);
        await guest.MakeAsync();
        return guest;
    }

    /// <summary>The same image under another name: for a copy that something else defined.</summary>
    public TestGuest Named(string name) => new(Libvirt, _image, _accelerator, name);

    /// <summary>Starts and waits for the agent. A guest that did not come up is reset once; the second time is an error.</summary>
    public async Task StartAsync()
    {
        (await Libvirt.VirshAsync("start", Name)).Must();
        if (await AnswersWithinAsync(BootBound)) return;
        Interlocked.Increment(ref _bootRetries);
        (await Libvirt.VirshAsync("reset", Name)).Must();
        if (!await AnswersWithinAsync(BootBound)) throw new TimeoutException($"{Name} did not boot twice within {BootBound}.");
    }

    /// <summary>Waits until the agent answers: after a reset, or when it was stopped.</summary>
    public async Task AnswersAsync()
    {
        if (!await AnswersWithinAsync(BootBound)) throw new TimeoutException($"{Name}'s agent did not answer within {BootBound}.");
    }

    /// <summary>Shut down from inside, as its administrator would; off when it returns. (The image has no logind, which ACPI and the agent's own command need.)</summary>
    public async Task ShutDownAsync()
    {
        await DetachAsync("systemctl poweroff");
        await Eventually.IsAsync($"{Name} is off", IsOffAsync);
    }

    /// <summary>QEMU dies at once, as when the host loses its power; off when it returns.</summary>
    public async Task KillAsync()
    {
        var pid = (await File.ReadAllTextAsync(Path.Combine(Libvirt.Folder, "run", "qemu", Name + ".pid"))).Trim();
        (await Tool.RunAsync("kill", "-9", pid)).Must();
        await Eventually.IsAsync($"{Name} is off", IsOffAsync);
    }

    public async Task<bool> IsOffAsync() => (await Libvirt.VirshAsync("domstate", Name)).Must().Out.Trim() == "shut off";

    /// <summary>Starts a command in the guest and does not wait for it.</summary>
    public Task DetachAsync(string command) => AgentAsync(new JsonObject
    {
        ["execute"] = "guest-exec",
        ["arguments"] = new JsonObject { ["path"] = "/bin/sh", ["arg"] = new JsonArray("-c", command) },
    });

    /// <summary>Fresh disks, no checkpoints, booted.</summary>
    public async Task ResetAsync()
    {
        await RemoveAsync();
        await MakeAsync();
        await StartAsync();
    }

    /// <summary>The domain and its disks go; nothing that is missing is an error.</summary>
    public async Task RemoveAsync()
    {
        await Libvirt.VirshAsync("destroy", Name);
        await Libvirt.VirshAsync("undefine", Name, "--checkpoints-metadata", "--snapshots-metadata", "--nvram");
        if (Directory.Exists(Folder)) Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Runs a command by /bin/sh in the guest; its output, or an exception with what it said. Output must stay below 1 MiB.</summary>
    public async Task<string> RunAsync(string command, TimeSpan? bound = null)
    {
        var started = await AgentAsync(new JsonObject
        {
            ["execute"] = "guest-exec",
            ["arguments"] = new JsonObject
            {
                ["path"] = "/bin/sh", ["arg"] = new JsonArray("-c", command), ["capture-output"] = true,
            },
        });
        var status = new JsonObject
        {
            ["execute"] = "guest-exec-status",
            ["arguments"] = new JsonObject { ["pid"] = started.GetProperty("pid").GetInt32() },
        };
        using var limit = new CancellationTokenSource(bound ?? TimeSpan.FromMinutes(2), TimeProvider.System);
        while (true)
        {
            var answer = await AgentAsync(status);
            if (answer.GetProperty("exited").GetBoolean()) return Output(command, answer);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>One command to the guest's agent; what it returned.</summary>
    public async Task<JsonElement> AgentAsync(JsonObject command)
    {
        var answer = (await Libvirt.VirshAsync("qemu-agent-command", Name, "--timeout", "20", command.ToJsonString())).Must();
        using var document = JsonDocument.Parse(answer.Out);
        return document.RootElement.GetProperty("return").Clone();
    }

    /// <summary><c>writing N</c>, <c>paused N</c>, <c>damaged WHY</c> or <c>stopped</c>.</summary>
    public async Task<string> WriterAsync(string verb) => (await RunAsync($"stillpoint-writer {verb}")).Trim();

    /// <summary>What the writer found on the disks when this boot reached it, before it wrote anything: <c>ok system N data M</c>.</summary>
    public async Task<string> WriterFoundAsync() =>
        (await RunAsync("for i in $(seq 300); do f=$(stillpoint-writer found); [ \"$f\" = 'nothing yet' ] || break; sleep 0.2; done; echo \"$f\"")).Trim();

    private static string Output(string command, JsonElement answer)
    {
        var output = Decode(answer, "out-data");
        var code = answer.TryGetProperty("exitcode", out var value) ? value.GetInt32() : -1;
        if (code == 0) return output;
        throw new InvalidOperationException(string.Create(
            CultureInfo.InvariantCulture, $"in the guest: {command}\nended with {code}\n{output}\n{Decode(answer, "err-data")}"));
    }

    private static string Decode(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var data) ? Encoding.UTF8.GetString(data.GetBytesFromBase64()) : "";

    private async Task MakeAsync()
    {
        Directory.CreateDirectory(Folder);
        (await Tool.RunAsync("cp", "--sparse=always", "--reflink=auto", _image.SystemDisk, _image.DataDisk, Folder)).Must();
        // In root's own cache QEMU's user sees nothing.
        var boot = Libvirt.HasQemuUser ? Folder : _image.Folder;
        if (Libvirt.HasQemuUser) (await Tool.RunAsync("cp", _image.Kernel, Path.Combine(_image.Folder, "initrd.img"), Folder)).Must();
        var xml = await File.ReadAllTextAsync(Repository.PathOf("eng", "demo", "domain.xml"));
        foreach (var (word, value) in new[]
        {
            ("@TYPE@", _accelerator == "kvm" ? "kvm" : "qemu"), ("@CPU@", _accelerator == "kvm" ? "host-passthrough" : "maximum"),
            ("@NAME@", Name), ("@MEMORY@", "768"), ("@IMAGE@", boot), ("@DISKS@", Folder), ("</devices>", _devices + "</devices>"),
        })
            xml = xml.Replace(word, value, StringComparison.Ordinal);
        var file = Path.Combine(Folder, "domain.xml");
        await File.WriteAllTextAsync(file, xml);
        (await Libvirt.VirshAsync("define", "--validate", file)).Must();
    }

    private async Task<bool> AnswersWithinAsync(TimeSpan bound)
    {
        using var limit = new CancellationTokenSource(bound, TimeProvider.System);
        while (!limit.IsCancellationRequested)
        {
            var ping = await Libvirt.VirshAsync("qemu-agent-command", Name, "--timeout", "3", """{"execute":"guest-ping"}""");
            if (ping.ExitCode == 0) return true;
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        }
        return false;
    }
}
