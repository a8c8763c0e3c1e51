using System.Globalization;
using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Examine;

/// <summary>Runs the collector inside the guest, over its agent. What it prints is anybody's word, and bounded.</summary>
internal sealed class GuestProbe(IDomain domain, TimeProvider clock)
{
    /// <summary>Of an emulated or very busy guest; the collector's own programs have 10 s each.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private const int MostCharacters = 2 << 20;

    private static readonly string Script = Read();

    /// <exception cref="FailureException">AgentNotResponding: it did not end in time; and the agent's own.</exception>
    public async Task<GuestText> RunAsync(DateTimeOffset since, CancellationToken ct)
    {
        var token = Guid.NewGuid().ToString("N");
        var output = await domain.RunInGuestAsync(Script, [token, since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)], Bound, ct)
            ?? throw new FailureException(FailureCode.AgentNotResponding, Stage.Preflight, ("vm", domain.Name), ("command", "guest-exec"));
        return new("guest", token, output.Text.Length <= MostCharacters ? output.Text : output.Text[..MostCharacters], clock.GetUtcNow());
    }

    private static string Read()
    {
        using var stream = typeof(GuestProbe).Assembly.GetManifestResourceStream("collect.sh")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
