using System.Security.Cryptography;

namespace Stillpoint.Engine.Onboarding;

/// <summary>A file in the guest, replaced as a whole.</summary>
internal sealed class GuestFileAction : OnboardingAction
{
    public override Task ApplyAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct) => PutAsync(on, change, change.Before, change.After, ct);

    public override Task UndoAsync(OnboardingContext on, OnboardingChange change, CancellationToken ct) => PutAsync(on, change, change.After, change.Before, ct);

    private static async Task PutAsync(OnboardingContext on, OnboardingChange change, string? from, string? to, CancellationToken ct)
    {
        if (await new GuestShell(on.Domain).RunAsync(["put", change.Place, Sum(from), Sum(to), change.Mode, change.Owner, to ?? ""], ct) == "other") throw Changed(change.Place);
    }

    private static string Sum(string? content) => content is null ? "-" : Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String(content)));
}
