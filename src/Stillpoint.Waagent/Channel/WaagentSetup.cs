namespace Stillpoint.Waagent;

/// <summary>How a VM is reached by its Azure agent.</summary>
/// <param name="Socket">Of <c>stillpoint-fabricd</c>.</param>
/// <param name="Addresses">IPv4 addresses that the VM asks from; they are its identity there. Empty only where they are found.</param>
/// <param name="Package">The extension's package: a file named NAME-VERSION.zip.</param>
public sealed record WaagentSetup(string Socket, IReadOnlyList<string> Addresses, string Package)
{
    /// <summary>The addresses were found, not told: they are looked for again for each point, since they may change.</summary>
    public bool Found { get; init; }

    /// <summary>The part of the file's name before its last dash; empty: it has none.</summary>
    public string Extension => Path.GetFileNameWithoutExtension(Package) is var name && name.LastIndexOf('-') is > 0 and var dash ? name[..dash] : "";

    public string Version => Path.GetFileNameWithoutExtension(Package)[(Extension.Length == 0 ? 0 : Extension.Length + 1)..];
}

/// <summary>How long is waited for what.</summary>
/// <param name="Silence">For the agent's first request after it has something new to do: five polls of six seconds.</param>
/// <param name="Start">For the extension's first call: the agent polls, downloads, installs; an emulated guest takes half a minute for it.</param>
/// <param name="Asking">Beyond the limit of the freeze, for the call that follows it.</param>
/// <param name="Report">For the guest's last word after its answer.</param>
public sealed record WaagentTimes(TimeSpan Silence, TimeSpan Start, TimeSpan Asking, TimeSpan Report)
{
    public static WaagentTimes Default { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
}
