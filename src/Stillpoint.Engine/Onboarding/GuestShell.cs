using Stillpoint.Hypervisor;
using Stillpoint.Model;

namespace Stillpoint.Engine.Onboarding;

/// <param name="Unit">The agent's; null: there is none.</param>
/// <param name="State">systemd's word for it.</param>
/// <param name="HasIp">Whether there is a program to set routes with.</param>
internal sealed record GuestView(string? Unit, string State, bool HasIp);

/// <param name="Content">Base64; null: there is no such file.</param>
internal sealed record GuestFileView(string? Content, string Mode, string Owner);

/// <summary>Looks and changes in the guest, by its agent: src/guest/onboard.sh.</summary>
internal sealed class GuestShell(IDomain domain)
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);
    private static readonly string Script = Read();

    public async Task<GuestView> LookAsync(CancellationToken ct)
    {
        var words = (await RunAsync(["look"], ct)).Split(' ');
        return words is [var unit, var state, var ip] ? new(unit == "-" ? null : unit, state, ip == "ip") : throw Failed(string.Join(' ', words));
    }

    public async Task<GuestFileView> FileAsync(string path, CancellationToken ct) => (await RunAsync(["file", path], ct)).Split(' ') switch
    {
        ["-"] => new(null, "644", "0:0"),
        [var mode, var owner, var content] => new(content, mode, owner),
        // An empty file.
        [var mode, var owner] => new("", mode, owner),
        var other => throw Failed(string.Join(' ', other)),
    };

    /// <returns>What it printed, without the end of its line.</returns>
    /// <exception cref="FailureException">OnboardingPlaceChanged with what it said; as of <see cref="IDomain.AgentCommandAsync"/>.</exception>
    public async Task<string> RunAsync(IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var output = await domain.RunInGuestAsync(Script, arguments, Bound, ct)
            ?? throw new FailureException(FailureCode.AgentNotResponding, Stage.Preflight, ("vm", domain.Name));
        return output.Exit == 0 ? output.Text.Trim() : throw Failed(output.Text.Trim(), string.Join(' ', arguments.Take(2)));
    }

    private FailureException Failed(string said, string what = "look") => new(
        Failure.Of(FailureCode.OnboardingPlaceChanged, Stage.Preflight, ("place", what)).With(new(domain.Name, said)));

    private static string Read()
    {
        using var reader = new StreamReader(typeof(GuestShell).Assembly.GetManifestResourceStream("onboard.sh")!);
        return reader.ReadToEnd();
    }
}
